"""What an operator declares of people: kept with its origin, date and words, shown to them, and gone with them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.notifier.settings import ConsentSettings
from services.runtime.errors import UsageError
from services.usecases import accounts, consent, importing
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation
from tests.support.consenting import DECLARATION
from tests.support.installed_store import installation_in
from tests.support.notifying import NOW

DECLARED = {
    "consent_origin": "the fair in Porto",
    "consent_date": "2026-03-31",
    "consent_wording": "Yes, mail me jobs",
}
ADA = accounts.profile_from({"address": "ada@example.com"})


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installation_in(tmp_path) as opened:
        yield opened


def ledger(installation: Installation, address: str = "ada@example.com") -> list[tuple[str, ...]]:
    own_id = accounts.find(installation, address).subscriber_id
    return [(entry.kind, entry.origin, entry.source, entry.wording) for entry in consent.ledger(installation, own_id)]


def imported(installation: Installation, *, update: bool, **fields: Any) -> importing.Imported | importing.Fault:
    [entry] = importing.read(installation, json.dumps({"address": "ada@example.com"} | fields))
    assert isinstance(entry, importing.Entry)
    return importing.take_in(installation, entry, NOW, update=update)


def test_a_declaration_is_in_the_ledger_and_in_what_its_owner_may_ask_for(installation: Installation) -> None:
    declaration = consent.declaration_from(DECLARED)
    assert declaration is not None
    accounts.add(installation, ADA, NOW, declaration)
    assert ledger(installation) == [("given", "operator", "the fair in Porto", "Yes, mail me jobs")]
    [shown] = accounts.export(installation, "ada@example.com")["consents"]
    assert (shown["source"], shown["given_at"]) == ("the fair in Porto", "2026-03-31T00:00:00+00:00")
    assert (shown["wording"], shown["at"]) == ("Yes, mail me jobs", NOW.isoformat())


def test_nobody_is_taken_in_without_one_and_who_is_there_may_be_declared_anew(installation: Installation) -> None:
    fault = imported(installation, update=False)
    assert isinstance(fault, importing.Undeclared)
    assert "consent_origin, consent_date, consent_wording" in fault.said
    assert accounts.everybody(installation) == []
    imported(installation, update=False, **DECLARED)
    same = imported(installation, update=True)
    assert isinstance(same, importing.Imported)
    assert same.done == "same", "of who is there nothing need be said"
    consent.declare(installation, "ada@example.com", DECLARATION, NOW)
    assert ledger(installation)[1] == ("given", "operator", DECLARATION.source, DECLARATION.wording)
    accounts.erase(installation, "ada@example.com", NOW)
    with installation.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM consents").scalar() == 0


def test_an_import_declares_once_whatever_it_says_again(installation: Installation) -> None:
    imported(installation, update=False, **DECLARED)
    again = imported(installation, update=True, **DECLARED)
    assert isinstance(again, importing.Imported)
    assert again.done == "same"
    other = imported(installation, update=True, **DECLARED | {"consent_date": "2026-05-01"})
    assert isinstance(other, importing.Imported)
    assert other.changes == ("consent: another declaration",)
    assert len(ledger(installation)) == 2


def test_what_is_declared_for_a_file_is_of_the_lines_that_say_nothing_field_by_field(
    installation: Installation,
) -> None:
    csv = (
        "address,consent_origin,consent_date,consent_wording\n"
        "ada@example.com,,,\n"
        "bob@example.com,a letter,2026-01-02,Mail me\n"
        "cleo@example.com,,2026-01-03,\n"
    )
    for entry in importing.read(installation, csv, consent.declared_from(DECLARED)):
        assert isinstance(entry, importing.Entry)
        importing.take_in(installation, entry, NOW, update=False)
    assert ledger(installation)[0][2] == "the fair in Porto"
    assert ledger(installation, "bob@example.com")[0][2] == "a letter"
    cleo = accounts.export(installation, "cleo@example.com")["consents"][0]
    assert (cleo["source"], cleo["given_at"][:10], cleo["wording"]) == (
        "the fair in Porto",
        "2026-01-03",
        "Yes, mail me jobs",
    )


def test_a_file_whose_lines_say_when_needs_say_only_where_and_to_what_words(installation: Installation) -> None:
    csv = "address,consent_date\nada@example.com,2026-01-03\nbob@example.com,\n"
    without_date = {name: value for name, value in DECLARED.items() if name != "consent_date"}
    ada, bob = importing.read(installation, csv, consent.declared_from(without_date))
    assert isinstance(ada, importing.Entry)
    assert ada.declaration is not None
    assert isinstance(bob, importing.Fault)
    assert bob.said.startswith("consent_date: it is missing")


@pytest.mark.parametrize("wrong", [{"consent_date": "last spring"}, {"consent_origin": "a\x00b"}])
def test_what_is_wrong_of_a_whole_file_is_said_once_before_it_is_read(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongFieldError):
        consent.declared_from(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"consent_origin": ""}, "consent_origin: it is missing"),
        ({"consent_date": None}, "consent_date: it is missing"),
        ({"consent_wording": " "}, "consent_wording: it is missing"),
        ({"consent_date": "last spring"}, "is not a date"),
        ({"consent_date": "2026-03-31T10:00"}, "says no time zone"),
        ({"consent_origin": "a\x00b"}, "printable"),
        ({"consent_wording": "x" * 2_001}, "2,000"),
        ({"consent_origin": 5}, "text was expected"),
    ],
)
def test_a_declaration_that_is_not_whole_or_not_right_is_none(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongFieldError, match=said):
        consent.declaration_from(DECLARED | wrong)


def test_nobody_agreed_in_the_time_to_come(installation: Installation) -> None:
    late = consent.declaration_from(DECLARED | {"consent_date": "2027-01-01"})
    assert late is not None
    with pytest.raises(WrongFieldError, match="has not come yet"):
        accounts.add(installation, ADA, NOW, late)
    [tried] = importing.read(installation, '{"address": "ada@example.com"}', DECLARED | {"consent_date": "2027-01-01"})
    assert isinstance(tried, importing.Entry)
    assert isinstance(importing.would_take_in(tried, NOW, update=False), importing.Fault)
    assert accounts.everybody(installation) == []
    fault = imported(installation, update=False, **DECLARED | {"consent_date": "2027-01-01"})
    assert isinstance(fault, importing.Fault)
    assert "has not come yet" in fault.said


def test_a_date_with_a_time_and_a_zone_is_taken_as_it_is(installation: Installation) -> None:
    exact = consent.declaration_from(DECLARED | {"consent_date": "2026-03-29T02:30:00+01:00"})
    assert exact is not None
    assert exact.given_at.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_whom_the_settings_have_confirm_first_is_not_active_and_nobody_makes_them_so(tmp_path: Path) -> None:
    with installation_in(tmp_path) as opened:
        consent_settings = ConsentSettings(confirm_declared=True)
        portal = opened.settings.portal.model_copy(update={"consent": consent_settings})
        installation = Installation(opened.settings.model_copy(update={"portal": portal}), opened.engine)
        accounts.add(installation, ADA, NOW, DECLARATION)
        [bob] = importing.read(installation, '{"address": "bob@example.com"}', DECLARED)
        assert isinstance(bob, importing.Entry)
        importing.take_in(installation, bob, NOW, update=False)
        assert {account.status for account in accounts.everybody(installation)} == {"unconfirmed"}
        for act in (accounts.pause, accounts.resume):
            with pytest.raises(UsageError, match="not confirmed"):
                act(installation, "ada@example.com", NOW)
