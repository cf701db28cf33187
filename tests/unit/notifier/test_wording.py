"""The sentences of a digest."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Hours, PostingCore, Reach, Skill, Timezones
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.model import Candidate, Digest, DueSearch, Item
from services.notifier.domain.wording import digest as wording
from services.notifier.domain.wording import job as job_wording
from services.notifier.domain.wording.reason_order import most_telling
from services.notifier.domain.wording.view import reasons_shown, why_lines
from services.wording import lines
from services.wording.catalogues import words_of
from tests.support.digests import NOON, PYTHON, SENDER, digest, pay, posting, recipient, rich_digest, search

EN = words_of("en")


def subject(made: Digest) -> str:
    return wording.subject(made, EN, wording.headline(made, EN))


def reason_line(item: Item, *, bar: bool = False, locale: str = "en") -> str:
    told = most_telling(item)
    reasons = reasons_shown(item, told.verdict.reasons, bar=bar)
    return " / ".join(why_lines(reasons, item.posting, words_of(locale), told.preferred))


@pytest.mark.parametrize(
    ("preferred", "reach", "english", "german", "spanish"),
    [
        (
            ("PT",),
            Reach(scope="listed", countries=("DE", "PT")),
            "Hires in Portugal, which you prefer",
            "Stellt ein in: Portugal, von dir bevorzugt",
            "Contrata en: Portugal, que es lo que prefieres",
        ),
        (
            ("eu",),
            Reach(scope="listed", countries=("DE", "US")),
            "Hires in Germany, which you prefer",
            "Stellt ein in: Deutschland, von dir bevorzugt",
            "Contrata en: Alemania, que es lo que prefieres",
        ),
        (
            ("DE",),
            Reach(scope="listed", groups=("eu",), countries=("DE",)),
            "Hires in Germany, which you prefer",
            "Stellt ein in: Deutschland, von dir bevorzugt",
            "Contrata en: Alemania, que es lo que prefieres",
        ),
        (
            ("worldwide",),
            Reach(scope="worldwide"),
            "May be done from anywhere, which you prefer",
            "Ist von überall möglich, was du bevorzugst",
            "Se puede hacer desde cualquier lugar, que es lo que prefieres",
        ),
        (
            ("PT",),
            Reach(scope="worldwide"),
            "May also be done from Portugal, which you prefer",
            "Ist auch möglich von: Portugal, von dir bevorzugt",
            "Se puede hacer también desde: Portugal, que es lo que prefieres",
        ),
    ],
)
def test_that_a_place_is_preferred_is_among_the_reasons_in_place_of_those_asked_for(
    preferred: tuple[str, ...], reach: Reach, english: str, german: str, spanish: str
) -> None:
    asked = Criteria(skills=SkillTerms(any=("Python",)), places=("PT", "DE"))
    [item] = digest(posting(reach=reach), by=search(criteria=asked, preferred_places=preferred)).items
    assert reason_line(item) == f"Asks for Python / {english}"
    assert reason_line(item, locale="de").endswith(f" / {german}")
    assert reason_line(item, locale="es").endswith(f" / {spanish}")


def test_nothing_is_said_of_a_preferred_place_where_a_job_is_not() -> None:
    asked = Criteria(skills=SkillTerms(any=("Python",)), places=("PT", "DE"))
    job = posting(reach=Reach(scope="listed", countries=("DE",)))
    [item] = digest(job, by=search(criteria=asked, preferred_places=("PT",))).items
    assert reason_line(item) == "Asks for Python / Hires in Germany"


def test_a_job_is_explained_by_the_search_that_prefers_its_place() -> None:
    plain, prefers = search("Plain"), search("Prefers", preferred_places=("PT",))
    job = posting(reach=Reach(scope="listed", countries=("PT",)))
    made = curate(recipient(), [plain, prefers], [Candidate(job, (plain, prefers))], [], NOON)
    assert isinstance(made, Digest)
    assert most_telling(made.items[0]).search == prefers


def test_the_subject_says_how_many_of_what_and_the_best_pay() -> None:
    made = digest(posting("a", salary=pay(None, 95_000)), posting("b"), posting("c", salary=pay(None, 40_000)))
    assert subject(made) == "3 new remote Python jobs, best pays up to €95K"


def test_the_subject_of_a_single_job_is_that_job() -> None:
    made = digest(posting(title="Data engineer", company="Acme", salary=pay(None, 95_000)))
    assert subject(made) == "New job: Data engineer at Acme, up to €95K"


def test_the_subject_counts_in_the_readers_currency() -> None:
    made = digest(posting("a", salary=pay(None, 80_000)), posting("b"), to=recipient(currency="USD"))
    assert subject(made).endswith("best pays up to $100K")


def test_the_subject_claims_no_kind_that_not_all_jobs_are() -> None:
    either = search("Mine", Criteria(skills=SkillTerms(any=("Python", "Go", "Rust"))))
    made = digest(posting("a"), posting("b", workplace="hybrid"), by=either)
    assert subject(made) == "2 new jobs for “Mine”"


def test_the_headline_names_the_search_where_its_skills_are_too_many() -> None:
    skills = SkillTerms(any=("Python", "Go", "Rust"))
    one = search("Mine", Criteria(skills=skills))
    assert wording.headline(digest(posting(), by=one), EN) == "1 new job for “Mine”"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("Other", "2 new jobs for “Mine” and “Other”"),
        ("Another one, for when all else fails", "2 new jobs for 2 of your searches"),
    ],
)
def test_the_headline_names_several_searches_where_they_are_short(other: str, said: str) -> None:
    skills = SkillTerms(any=("Python", "Go", "Rust"))
    one, two = search("Mine", Criteria(skills=skills)), search(other, Criteria(skills=skills, places=("PT",)))
    mixed = [Candidate(posting("a"), (one,)), Candidate(posting("b", workplace="hybrid"), (two,))]
    made = curate(recipient(), [one, two], mixed, [], NOON, CurateSettings(least_chance=0))
    assert isinstance(made, Digest)
    assert wording.headline(made, EN) == said


def test_a_subject_is_one_line_whatever_a_title_holds() -> None:
    made = digest(posting(title="Engineer\r\nBcc: all@example.com\u202e", company="A\nB"))
    assert subject(made) == "New job: Engineer Bcc: all@example.com at A B"


def test_a_job_without_a_title_is_called_one() -> None:
    nameless = posting("a", title=" \u200e", company="Acme")
    assert subject(digest(nameless)) == "New job: A job without a title at Acme"
    line = wording.preheader(digest(nameless, posting("b", title="Engineer")), EN, "")
    assert "A job without a title at Acme" in line


def test_the_preheader_adds_to_the_subject() -> None:
    made = rich_digest()
    line = wording.preheader(made, EN, "")
    assert made.items[0].posting.title in line
    assert line.endswith("2 near misses")


@pytest.mark.parametrize(
    ("workplace", "reach", "said"),
    [
        ("remote", Reach(scope="worldwide"), "Remote from anywhere"),
        ("remote", Reach(scope="worldwide", excluded=("US",)), "Remote from anywhere, except the United States"),
        ("remote", Reach(scope="listed", countries=("DE", "AT")), "Remote from Germany or Austria"),
        ("remote", Reach(), "Remote; from where is not stated"),
        ("hybrid", Reach(scope="listed", countries=("DE",)), "Hybrid, Germany"),
        ("onsite", Reach(), "On site"),
        ("unknown", Reach(scope="listed", countries=("DE",)), "Germany"),
        ("unknown", Reach(), "Place not stated"),
        ("unknown", Reach(scope="worldwide"), "Work from anywhere"),
        (
            "remote",
            Reach(scope="listed", countries=("DE", "AT", "FR", "ES", "PT")),
            "Remote from Germany, Austria, France or 2 other places",
        ),
        (
            "remote",
            Reach(scope="listed", groups=("eu",), countries=("FR", "CH")),
            "Remote from the European Union or Switzerland",
        ),
        ("remote", Reach(scope="listed", countries=("US",), subdivisions=("US-CA",)), "Remote from California"),
        ("remote", Reach(scope="listed", groups=("eastern-europe", "europe")), "Remote from Europe"),
        (
            "remote",
            Reach(scope="listed", countries=("GB",), subdivisions=("US-AL", "US-CA", "US-NY", "US-TX", "CA-ON")),
            "Remote from the United Kingdom, Ontario or the United States (4 regions)",
        ),
    ],
)
def test_where_one_may_work_from(workplace: str, reach: Reach, said: str) -> None:
    assert job_wording.reach_line(posting(workplace=workplace, reach=reach), EN) == said


@pytest.mark.parametrize(
    ("hours", "zone", "said"),
    [
        (1, "UTC", "posted today"),
        (13, "UTC", "posted yesterday"),
        (13, "Pacific/Auckland", "posted yesterday"),
        (25, "UTC", "posted yesterday"),
        (25, "Pacific/Auckland", "posted 2 days ago"),
        (24 * 5, "UTC", "posted 5 days ago"),
        (24 * 20, "UTC", "posted on August 25"),
        (-3, "UTC", "posted today"),
    ],
)
def test_age_is_told_by_the_readers_calendar(hours: int, zone: str, said: str) -> None:
    one = posting(posted_at=NOON - timedelta(hours=hours))
    seen, due = job_wording.seen_on(one, ZoneInfo(zone)), NOON.astimezone(ZoneInfo(zone)).date()
    assert job_wording.age_line(seen, due, EN, posted=True) == said


def test_a_job_without_a_date_was_found_not_posted() -> None:
    assert job_wording.age_line(NOON.date(), NOON.date(), EN, posted=False) == "found today"


def test_reasons_are_one_sentence_of_what_fits() -> None:
    made = digest(posting(), by=search(criteria=PYTHON.model_copy(update={"places": ("PT",)})))
    line = reason_line(made.items[0])
    assert "Python" in line
    assert "Portugal" in line
    assert line[0].isupper()


NO_INTERNS = search("Any but interns", Criteria(text="-internship"))
IN_EUROPE = search("Europe", Criteria(places=("eu",)))
IN_GERMANY = posting(reach=Reach(scope="listed", countries=("DE",)))


def why(job: PostingCore, *found_by: DueSearch) -> str:
    made = curate(recipient(), found_by, [Candidate(job, found_by)], [], NOON)
    assert isinstance(made, Digest)
    return reason_line(made.items[0])


def test_of_several_searches_the_most_telling_one_explains_a_job() -> None:
    # A search for words that are absent scores higher than one for a place alone, and yet says less.
    assert why(IN_GERMANY, NO_INTERNS, IN_EUROPE).startswith("Hires in Germany")
    assert why(IN_GERMANY, IN_EUROPE, NO_INTERNS) == why(IN_GERMANY, NO_INTERNS, IN_EUROPE)
    assert why(IN_GERMANY, NO_INTERNS) == "Does not say “internship”"


def test_what_is_said_of_skills_place_and_pay_outweighs_any_number_of_lesser_reasons() -> None:
    criteria = Criteria(text="-internship", workplace=("remote",), languages=("en",), places=("DE",))
    lesser = search("A remote one", criteria)
    both = search("Z", PYTHON.model_copy(update={"places": ("DE",)}))
    assert why(IN_GERMANY, lesser, both) == "Asks for Python / Hires in Germany"


def test_a_search_that_fits_by_silence_explains_less_than_one_that_fits_by_what_is_stated() -> None:
    silent = search("A", Criteria(text="-internship", places=("PT",), accept_unknown_place=True, utc_offset=0))
    nowhere = posting(reach=Reach(scope="unknown"))
    assert why(nowhere, silent, search("Z")) == "Asks for Python"


def test_of_searches_as_telling_the_one_that_suits_best_explains_a_job() -> None:
    other = search("A", Criteria(text="engineer"))
    assert why(posting(title="Engineer"), other, search("Z")) == "Says “engineer”"
    low = posting(title="Builder", description_text="An engineer in all but name.")
    assert why(low, other, search("Z")) == "Asks for Python"


def test_exclusions_come_last_and_give_way_to_two_better_reasons() -> None:
    shy = PYTHON.model_copy(update={"skills": SkillTerms(any=("Python",), none=("PHP",)), "text": "-internship"})
    assert why(IN_GERMANY, search(criteria=shy)) == "Asks for Python; does not ask for PHP"
    placed = shy.model_copy(update={"places": ("DE",)})
    assert why(IN_GERMANY, search(criteria=placed)) == "Asks for Python / Hires in Germany"
    lone = Criteria(skills=SkillTerms(none=("PHP",)), places=("DE",))
    assert why(IN_GERMANY, search(criteria=lone)) == "Does not ask for PHP / Hires in Germany"


def test_words_that_are_asked_for_are_a_reason_also_beside_words_that_are_not() -> None:
    criteria = Criteria(text="engineer -internship", places=("DE",), workplace=("remote",))
    assert why(IN_GERMANY, search(criteria=criteria)) == "Says “engineer” / Hires in Germany"


def test_what_the_card_says_already_is_no_reason() -> None:
    criteria = PYTHON.model_copy(
        update={"salary_floor": SalaryFloor(amount=1, currency="EUR"), "workplace": ("remote",)}
    )
    made = digest(posting(salary=pay(None, 9)), by=search(criteria=criteria)).items[0]
    assert reason_line(made, bar=True) == "Asks for Python"
    assert reason_line(made, bar=False) == "Asks for Python / Pays up to €9 a year, above your floor of €1"


def test_that_pay_is_not_stated_is_no_reason() -> None:
    floor = PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=1, currency="EUR")})
    assert "pay" not in reason_line(digest(posting(), by=search(criteria=floor)).items[0])
    assert "Pays" in reason_line(digest(posting(salary=pay(None, 9)), by=search(criteria=floor)).items[0])


def test_time_zones_all_round_the_globe_tell_nothing() -> None:
    assert job_wording.timezones_line(Timezones(min=-11, max=14), EN) == ""


def test_time_zones_and_levels() -> None:
    assert job_wording.timezones_line(Timezones(min=-3.5, max=5.75), EN) == "time zones UTC−3:30 to UTC+5:45"
    assert job_wording.timezones_line(Timezones(min=1, max=1), EN) == "time zone UTC+1"
    assert job_wording.level_line(posting(seniority="senior", employment="full_time"), EN) == "Senior, full time"
    assert job_wording.level_line(posting(), EN) == ""
    part = posting(forms=("full_time", "part_time"), hours=Hours(min=20, max=40))
    assert job_wording.level_line(part, EN) == "full time or part time, 20 to 40 hours a week"


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "1 more job fits"), (7, "7 more jobs fit")])
def test_what_the_cap_left_out_is_said(count: int, said: str) -> None:
    assert wording.more_line(count, EN).startswith(said)


def test_why_the_reader_gets_the_mail() -> None:
    assert wording.why_line(digest(posting()), EN) == (
        "You get this mail because you saved the search “Python anywhere” (sent daily)."
    )
    assert "“Data, any pay” and “Remote Python”" in wording.why_line(rich_digest(), EN)


@pytest.mark.parametrize(
    ("wanted", "used"),
    [
        ("en", "en"),
        ("en-GB", "en_GB"),
        ("de-AT", "de_AT"),
        ("es_MX", "es_MX"),
        ("fr", "en"),
        ("", "en"),
        ("nonsense!", "en"),
        ("xx", "en"),
    ],
)
def test_numbers_follow_the_language_of_the_words(wanted: str, used: str) -> None:
    assert lines.locale_of(wanted) == used


def test_a_zone_that_is_none_is_utc() -> None:
    assert lines.zone_of("Mars/Olympus").key == lines.zone_of("../etc").key == lines.zone_of("").key == "UTC"


def test_the_sender_is_named_once() -> None:
    assert wording.sender_line(SENDER) == SENDER.postal_address


def test_two_asked_skills_make_the_headline() -> None:
    both = search("Both", Criteria(skills=SkillTerms(all=("Python", "PostgreSQL"))))
    skills = (Skill(name="Python", core=True), Skill(name="PostgreSQL", core=True))
    made = digest(posting("a", skills=skills), posting("b", skills=skills), by=both)
    assert wording.headline(made, EN) == "2 new remote Python and PostgreSQL jobs"


@pytest.mark.parametrize("asked", [SkillTerms(all=("PostgreSQL", "Python")), SkillTerms(any=("PostgreSQL",))])
def test_a_headline_names_no_skill_that_a_job_only_mentions(asked: SkillTerms) -> None:
    core = (Skill(name="Python", core=True), Skill(name="PostgreSQL", core=True))
    aside = (Skill(name="Python", core=True), Skill(name="PostgreSQL"))
    made = digest(posting("a", skills=core), posting("b", skills=aside), by=search("Mine", Criteria(skills=asked)))
    assert wording.headline(made, EN) == "2 new jobs for “Mine”"
