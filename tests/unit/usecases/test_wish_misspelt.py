"""Trades that are misspelt, which are offered."""

from services.usecases.pasted import asked_in
from services.usecases.wishes.titles import Offer
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW


@in_one_test(
    "text, offered",
    [
        ("looking for warehose job near Leeds", (Offer("warehouse-worker", "warehose"),)),
        ("acountant in Dubai", (Offer("accountant", "acountant"),)),
        ("electrcian glasgow", (Offer("electrician", "electrcian"),)),
        ("enfermra Madrid", (Offer("nurse", "enfermra"),)),
        ("infirmere lyon", (Offer("nurse", "infirmere"),)),
        ("softwre enginer remote", (Offer("software-engineer", "softwre enginer"),)),
        ("beekeeper", ()),
        ("Falconer remote", ()),
        ("remote, no acountants", ()),
        # A trade that is understood needs no other.
        ("nurse Dublin, warehose", ()),
    ],
)
def test_a_trade_that_is_misspelt_is_offered_and_not_asked_for(text: str, offered: tuple[Offer, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.offered == offered
    assert not {offer.role for offer in offered} & {*asked.criteria.roles.any}
