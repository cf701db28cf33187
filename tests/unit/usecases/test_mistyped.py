"""An address of a provider that is misspelt is offered as it may be meant; nothing is offered of what may be right."""

from services.usecases.mistyped import address_meant
from tests.support.in_one_test import in_one_test


@in_one_test(
    "address, meant",
    [
        ("lucia@gmial.com", "lucia@gmail.com"),
        ("lucia@gmai.com", "lucia@gmail.com"),
        ("lucia@gmail.con", "lucia@gmail.com"),
        ("Lucia.Ruiz+jobs@Hotmial.com", "Lucia.Ruiz+jobs@hotmail.com"),
        ("jan@t-onlin.de", "jan@t-online.de"),
        ("ana@yahoo.com.bt", "ana@yahoo.com.br"),
        # Providers, others that are like them, and domains of one's own.
        ("lucia@gmail.com", ""),
        ("lucia@ymail.com", ""),
        ("lucia@yahoo.fr", ""),
        ("ada@ne.com", ""),
        ("ada@wep.de", ""),
        ("ada@example.com", ""),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_a_provider_that_is_one_slip_away_is_meant(address: str, meant: str) -> None:
    assert address_meant(address) == meant
