"""Accounts, saved searches, feedback and imports as any door calls them: frozen values in and out, errors by field."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.runtime.errors import UsageError
from services.settings import Settings
from services.usecases import accounts, consent, feedback, importing, searches, suppressions
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation, open_installation
from tests.support.consenting import DECLARATION, FIELDS
from tests.support.installed_store import installation_in
from tests.support.notifying import NOW, arrival, posting

ADA = {"address": "ada@example.com", "time_zone": "Europe/Lisbon"}
CRITERIA = {"skills": {"all": ["python"]}}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installation_in(tmp_path) as opened:
        yield opened


def test_a_field_that_cannot_be_taken_is_named_for_whoever_shows_it() -> None:
    with pytest.raises(WrongFieldError) as raised:
        accounts.profile_from(ADA | {"time_zone": "Lisbon"})
    assert raised.value.field == "time_zone"
    assert "Europe/Lisbon" in raised.value.said
    assert str(raised.value) == f"time_zone: {raised.value.said}"


def test_what_a_change_does_not_name_stays_and_a_change_of_nothing_is_told_as_such(installation: Installation) -> None:
    own_id = accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).subscriber_id
    changed = accounts.change(installation, own_id, {"currency": "USD"}, NOW)
    assert [str(change) for change in changed.changes] == ["currency: EUR -> USD"]
    assert accounts.find(installation, own_id).profile.time_zone == "Europe/Lisbon"
    assert accounts.change(installation, own_id, {"currency": "usd"}, NOW).changes == ()
    with pytest.raises(WrongFieldError, match="time_zone: it is empty"):
        accounts.change(installation, own_id, {"time_zone": " "}, NOW)


def test_criteria_that_are_asked_for_alone_leave_the_others_of_a_search_as_they_are(
    installation: Installation,
) -> None:
    accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION)
    wanted = searches.search_from({"name": "Snakes", "criteria": CRITERIA}, {"near": [{"town": "Porto", "km": 40}]})
    assert (wanted.criteria.skills.all, [circle.km for circle in wanted.criteria.near]) == (("Python",), [40])
    own_id = searches.add(installation, ADA["address"], wanted, NOW).search_id
    searches.change(installation, own_id, {}, NOW, {"skills": {"mentions": True}})
    changed = searches.saved_query(installation, own_id).criteria
    assert (changed.skills.all, changed.skills.mentions) == (("Python",), True)
    assert changed.near == wanted.criteria.near
    searches.change(
        installation, own_id, {"criteria": {"skills": {"any": ["Go"]}}}, NOW, {"skills": {"mentions": True}}
    )
    replaced = searches.saved_query(installation, own_id).criteria
    assert (replaced.skills.any, replaced.skills.all, replaced.skills.mentions, replaced.near) == (
        ("Go",),
        (),
        True,
        (),
    )
    with pytest.raises(WrongFieldError, match="criteria"):
        searches.search_from({"name": "Snakes", "criteria": {"skills": "Python"}}, {"skills": {"mentions": True}})


def test_who_cannot_be_mailed_is_told_when_they_are_taken_in(installation: Installation) -> None:
    installation.suppressions.suppress(ADA["address"], "bounced", NOW)
    assert accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).suppressed == "bounced"
    assert suppressions.require_suppressed(installation, ADA["address"]) == "bounced"
    suppressions.lift(installation, ADA["address"], "their host was away", "ada", NOW)
    with pytest.raises(UsageError, match="not suppressed"):
        suppressions.require_suppressed(installation, ADA["address"])


def test_a_search_is_listed_with_whom_it_is_for_and_counted_with_them(installation: Installation) -> None:
    own_id = accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).subscriber_id
    wanted = searches.search_from({"name": "Snakes", "criteria": CRITERIA, "preferred_places": ["PT"]})
    saved = searches.add(installation, ADA["address"], wanted, NOW)
    [listed] = searches.listed(installation)
    assert (listed.search, listed.address) == (saved, ADA["address"])
    assert [person.searches for person in accounts.everybody(installation)] == [1]
    assert searches.saved_query(installation, saved.search_id) == searches.Query(
        "Snakes", saved.criteria, ("PT",), own_id
    )


def test_a_change_of_a_search_keeps_the_places_that_it_does_not_name(installation: Installation) -> None:
    accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION)
    wanted = searches.search_from({"name": "Snakes", "criteria": CRITERIA, "preferred_places": ["PT"]})
    saved = searches.add(installation, ADA["address"], wanted, NOW)
    [changed] = searches.change(installation, saved.search_id, {"hour": 7}, NOW)
    assert (changed.field, changed.new) == ("hour", "7")
    searches.change(installation, saved.search_id, {"preferred_places": ["DE"]}, NOW)
    [listed] = searches.listed(installation, ADA["address"])
    assert (listed.search.timing.hour, listed.search.preferred_places) == (7, ("DE",))


def test_what_is_searched_by_is_criteria_alone_or_a_search_that_nobody_saved() -> None:
    alone = searches.query_from(CRITERIA, "snakes")
    of_search = searches.query_from({"criteria": CRITERIA, "preferred_places": ["PT"]}, "snakes")
    assert (alone.criteria, alone.preferred_places, alone.owner_id) == (of_search.criteria, (), None)
    assert of_search.preferred_places == ("PT",)
    with pytest.raises(WrongFieldError) as raised:
        searches.query_from({"skils": {}}, "snakes")
    assert raised.value.field.startswith("criteria")


def test_an_opinion_says_until_when_it_counts_and_a_hidden_company_has_no_end(installation: Installation) -> None:
    accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION)
    job = posting("robots")
    installation.matches.store(0, [arrival(0, job)], NOW)
    feedback.say(installation, ADA["address"], "more_like", job.posting_id, NOW)
    feedback.say(installation, ADA["address"], "hidden_company", "Dull GmbH", NOW)
    ends = {said.answer.kind: said.fades_at for said in feedback.said(installation, ADA["address"])}
    assert ends["hidden_company"] is None
    assert ends["more_like"] is not None
    assert ends["more_like"] > NOW + timedelta(days=1)
    feedback.unsay(installation, ADA["address"], "more_like", job.posting_id, NOW)
    with pytest.raises(UsageError, match="never said"):
        feedback.unsay(installation, ADA["address"], "more_like", job.posting_id, NOW)


def test_an_import_that_is_only_tried_changes_nothing_and_needs_no_store(installation: Installation) -> None:
    lines = '{"address": "ada@example.com", "searches": [{"name": "Snakes", "criteria": {"text": "python"}}]}\n'
    [entry] = importing.read(None, lines, FIELDS)
    assert isinstance(entry, importing.Entry)
    tried = importing.would_take_in(entry, NOW, update=False)
    assert isinstance(tried, importing.Imported)
    assert (tried.done, tried.searches, accounts.everybody(installation)) == ("new", 1, [])
    assert importing.take_in(installation, entry, NOW, update=False) == tried
    [again] = importing.read(installation, lines)
    assert isinstance(again, importing.Entry)
    assert isinstance(importing.take_in(installation, again, NOW, update=False), importing.Fault)
    same = importing.take_in(installation, again, NOW, update=True)
    assert isinstance(same, importing.Imported)
    assert same.done == "same"


def test_an_import_says_of_each_line_what_became_of_it_and_of_all_how_many(installation: Installation) -> None:
    lines = (
        b'{"address": "ada@example.com", "searches": [{"name": "Snakes", "criteria": {"text": "python"}}]}\n'
        b'{"address": "nobody"}\n'
        b'{"address": "bob@example.com"}\n'
    )

    def imported(data: bytes, *, update: bool, dry_run: bool) -> importing.Summary:
        lines: list[importing.Imported | importing.Fault] = []
        done = importing.import_all(installation, data, FIELDS, NOW, update=update, dry_run=dry_run, tell=lines.append)
        assert [line.line for line in lines] == [number for number, _ in enumerate(data.splitlines(), 1)]
        assert done.new + done.changed + done.same + done.faults == len(lines)
        return done

    tried = imported(lines, update=False, dry_run=True)
    assert accounts.everybody(installation) == []
    assert imported(lines, update=False, dry_run=False) == tried == importing.Summary(2, 1, 0, 0, 1)
    assert imported(lines, update=False, dry_run=False) == importing.Summary(0, 0, 0, 0, 3)
    renamed = lines.replace(b'"bob@example.com"', b'"bob@example.com", "name": "Bob"')
    assert imported(renamed, update=True, dry_run=False) == importing.Summary(0, 0, 1, 1, 1)


def test_a_declaration_beside_another_spelling_of_an_address_is_kept(installation: Installation) -> None:
    own_id = accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).subscriber_id
    again = replace(DECLARATION, source="a letter")
    accounts.change(installation, own_id, {"address": "Ada@example.com"}, NOW, again)
    assert consent.declared_of(installation, own_id) == again


def test_an_installation_that_must_be_there_is_not_made(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with pytest.raises(UsageError, match="no store in"):
        open_installation(settings, create=False, tell=print)
    assert not settings.data.exists()


def test_no_use_case_opens_anything_when_it_is_imported(tmp_path: Path) -> None:
    program = (
        "import builtins, pkgutil, socket, sqlite3, importlib, services.usecases as room\n"
        "def refuse(*_, **__): raise AssertionError('opened at import')\n"
        "socket.socket.connect = refuse; sqlite3.connect = refuse\n"
        "[importlib.import_module(f'{room.__name__}.{file.name}') for file in pkgutil.iter_modules(room.__path__)]\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_speaks_is_changed_kept_and_taken_back(installation: Installation) -> None:
    own_id = accounts.add(
        installation, accounts.profile_from(ADA | {"speaks": ["en", "de:basic"]}), NOW, DECLARATION
    ).subscriber_id
    [change] = accounts.change(installation, own_id, {"speaks": ["de:working", "English"]}, NOW).changes
    assert str(change) == "speaks: de:basic, en -> de:working, en"
    accounts.change(installation, own_id, {"currency": "USD"}, NOW)
    assert accounts.export(installation, own_id)["subscriber"]["speaks"] == ["de:working", "en"]
    assert [str(change) for change in accounts.change(installation, own_id, {"speaks": []}, NOW).changes] == [
        "speaks: de:working, en -> nothing"
    ]
    with pytest.raises(WrongFieldError, match="did you mean Danish"):
        accounts.change(installation, own_id, {"speaks": ["Danisch"]}, NOW)


def test_where_somebody_lives_and_for_how_long_they_have_worked_is_changed_kept_and_taken_back(
    installation: Installation,
) -> None:
    def changed(**fields: str | int | None) -> list[str]:
        return [str(difference) for difference in accounts.change(installation, own_id, fields, NOW).changes]

    own_id = accounts.add(installation, accounts.profile_from(ADA | {"home": "UK"}), NOW, DECLARATION).subscriber_id
    assert changed(home="Munich", years="0") == ["home: GB -> Munich, DE", "years: nothing -> 0"]
    assert changed(name="Ada L.") == ["name: nothing -> Ada L."]
    assert changed(home="", years="") == ["home: Munich, DE -> nothing", "years: 0 -> nothing"]
    with pytest.raises(WrongFieldError, match="did you mean Munich, DE"):
        changed(home="Munichh")


def test_what_somebody_has_worked_as_is_changed_kept_and_taken_back(installation: Installation) -> None:
    def changed(**fields: str | list[str]) -> list[str]:
        return [str(difference) for difference in accounts.change(installation, own_id, fields, NOW).changes]

    own_id = accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).subscriber_id
    assert changed(worked_as=["Nurse", "paralegal"]) == ["worked_as: nothing -> nurse, paralegal"]
    assert changed(name="Ada L.") == ["name: nothing -> Ada L."]
    assert changed(worked_as=[]) == ["worked_as: nurse, paralegal -> nothing"]
    with pytest.raises(WrongFieldError, match="not a role"):
        changed(worked_as=["nurze"])


def test_what_somebody_can_do_and_would_rather_not_is_changed_kept_and_taken_back(installation: Installation) -> None:
    def changed(**fields: str | list[str]) -> list[str]:
        return [str(difference) for difference in accounts.change(installation, own_id, fields, NOW).changes]

    own_id = accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).subscriber_id
    assert changed(knows=["payroll", "Java"]) == ["knows: nothing -> payroll, Java"]
    assert changed(avoids=["crypto"]) == ["avoids: nothing -> crypto"]
    assert changed(name="Ada L.") == ["name: nothing -> Ada L."]
    assert changed(knows=["Java", "payroll"]) == ["knows: payroll, Java -> Java, payroll"], "in their order"
    assert changed(knows="", avoids=[]) == ["knows: Java, payroll -> nothing", "avoids: crypto -> nothing"]
    with pytest.raises(WrongFieldError, match="60 characters each"):
        changed(avoids=["c" * 61])


def test_how_choosy_somebodys_mails_are_is_changed_kept_and_taken_back(installation: Installation) -> None:
    def changed(**fields: str) -> list[str]:
        return [str(difference) for difference in accounts.change(installation, own_id, fields, NOW).changes]

    own_id = accounts.add(installation, accounts.profile_from(ADA), NOW, DECLARATION).subscriber_id
    assert changed(selectivity="usual") == []
    assert changed(selectivity="Wide") == ["selectivity: usual -> wide"]
    assert changed(name="Ada L.") == ["name: nothing -> Ada L."]
    assert changed(selectivity="") == ["selectivity: wide -> usual"]
    with pytest.raises(WrongFieldError, match="'lots' is not one of strict, usual, wide, all"):
        changed(selectivity="lots")


def test_a_line_that_leaves_out_what_somebody_says_of_themself_keeps_it_and_one_that_has_it_empty_takes_it_back(
    installation: Installation,
) -> None:
    def imported(line: str) -> tuple[str, ...]:
        [entry] = importing.read(installation, line, FIELDS)
        assert isinstance(entry, importing.Entry)
        done = importing.take_in(installation, entry, NOW, update=True)
        assert isinstance(done, importing.Imported)
        return done.changes

    assert imported('{"address": "ada@example.com", "speaks": ["da"]}') == ()
    assert imported('{"address": "ada@example.com", "name": "Ada"}') == ("name: nothing -> Ada",)
    assert imported('{"address": "ada@example.com", "speaks": []}') == ("speaks: da -> nothing",)
    assert imported('{"address": "ada@example.com", "home": "Munich", "years": 6}') == (
        "home: nothing -> Munich, DE",
        "years: nothing -> 6",
    )
    assert (
        imported('{"address": "ada@example.com", "home": null}') == imported("address,home\nada@example.com,\n") == ()
    )
    assert imported('{"address": "ada@example.com", "home": "", "years": ""}') == (
        "home: Munich, DE -> nothing",
        "years: 6 -> nothing",
    )
