"""The sentences of a digest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.criteria import Criteria, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import Hours, Period, PostingCore, Reach, Skill, Timezones
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Candidate, Digest, DueSearch, Item
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.wording import digest as wording
from services.notifier.domain.wording import job as job_wording
from services.notifier.domain.wording.reason_order import doubt_in_words, most_telling, names_role, telling_against
from services.notifier.domain.wording.view import but_line, why_lines, why_of
from services.rules.places.towns import towns_in_field
from services.wording import lines
from services.wording.catalogues import words_of
from tests.support.digests import NOON, PYTHON, SENDER, digest, pay, posting, recipient, rich_digest, search

EN = words_of("en")


def subject(made: Digest) -> str:
    return wording.subject(made, EN, wording.headline(made, EN))


def reason_line(item: Item, *, bar: bool = False, locale: str = "en") -> str:
    return " / ".join(why_lines(why_of(most_telling(item), item.posting, bar=bar), item.posting, words_of(locale)))


def doubts(item: Item, locale: str = "en") -> str:
    """What the card says against a job, whatever speaks for it."""
    found = most_telling(item)
    against = telling_against(item.chance, found.verdict.reasons, item.posting)
    return but_line(why_of(found, item.posting, against, bar=False), item.posting, words_of(locale))


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
    [item] = digest(posting(title="Engineer", reach=reach), by=search(criteria=asked, preferred_places=preferred)).items
    assert reason_line(item) == f"Asks for Python / {english}"
    assert reason_line(item, locale="de").endswith(f" / {german}")
    assert reason_line(item, locale="es").endswith(f" / {spanish}")


def test_nothing_is_said_of_a_preferred_place_where_a_job_is_not() -> None:
    asked = Criteria(skills=SkillTerms(any=("Python",)), places=("PT", "DE"))
    job = posting(title="Engineer", reach=Reach(scope="listed", countries=("DE",)))
    [item] = digest(job, by=search(criteria=asked, preferred_places=("PT",))).items
    assert reason_line(item) == "Asks for Python"


def test_a_job_is_explained_by_the_search_that_prefers_its_place() -> None:
    plain, prefers = search("Plain"), search("Prefers", preferred_places=("PT",))
    job = posting(reach=Reach(scope="listed", countries=("PT",)))
    made = curate(recipient(), [plain, prefers], [Candidate(job, (plain, prefers))], [], NOON)
    assert isinstance(made, Digest)
    assert most_telling(made.items[0]).search == prefers


def test_the_subject_says_how_many_of_what_and_the_best_pay() -> None:
    made = digest(posting("a", salary=pay(None, 95_000)), posting("b"), posting("c", salary=pay(None, 40_000)))
    assert subject(made) == "3 new remote Python jobs, up to €95K"


def test_the_subject_of_a_single_job_is_that_job() -> None:
    made = digest(posting(title="Data engineer", company="Acme", salary=pay(None, 95_000)))
    assert subject(made) == "New job: Data engineer at Acme, up to €95K"


@pytest.mark.parametrize("period", ["hour", "month"])
def test_the_subject_promises_no_estimate_and_no_pay_of_part_time_work(period: Period) -> None:
    part = posting("a", salary=pay(20, 9_000, period=period), forms=("part_time",))
    guessed = posting("b", salary=pay(None, 90_000).model_copy(update={"estimated": True}))
    sure = posting("c", salary=pay(None, 40_000))
    assert subject(digest(part, guessed, sure)).endswith(" jobs, up to €40K")
    assert "€" not in subject(digest(part, guessed))


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("hour", "about €42K–€104K a year if full-time"),
        ("month", "about €240–€600 a year"),
    ],
)
def test_part_time_pay_is_not_told_as_a_full_years(period: Period, said: str) -> None:
    floored = PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=100, currency="EUR")})
    made = digest(posting(salary=pay(20, 50, period=period), forms=("part_time",)), by=search(criteria=floored))
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    beside = "if full-time" if period == "hour" else "for part-time work"
    for form in (page.html, " ".join(page.text.split())):
        assert said in form
        assert f"your minimum of €100 {beside}" in form


def test_pay_by_the_day_of_work_that_ends_is_not_told_as_a_years() -> None:
    floored = PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=40_000, currency="EUR")})
    contract = posting("a", salary=pay(250, 320, period="day"), forms=("contract",))
    page = JinjaRenderer(SENDER).render(
        digest(contract, by=search(criteria=floored)), links_for(digest(contract), "", b"secret")
    )
    for form in (page.html, " ".join(page.text.split())):
        assert "about €65K–€83K a year if full-time" in form
        assert "your minimum of €40K if full-time" in form
    assert "€" not in subject(digest(contract))
    assert subject(digest(contract, posting("b", salary=pay(None, 40_000), forms=("contract",)))).endswith(
        ", up to €40K"
    )


def test_the_subject_counts_in_the_readers_currency() -> None:
    made = digest(posting("a", salary=pay(None, 80_000)), posting("b"), to=recipient(currency="USD"))
    assert subject(made).endswith(" jobs, up to $100K")


def test_the_subject_claims_no_kind_that_not_all_jobs_are() -> None:
    either = search("Mine", Criteria(skills=SkillTerms(any=("Python", "Go", "Rust"))))
    made = digest(posting("a"), posting("b", workplace="hybrid"), by=either)
    assert subject(made) == "2 new jobs for “Mine”"


def test_the_headline_names_the_search_where_its_skills_are_too_many() -> None:
    skills = SkillTerms(any=("Python", "Go", "Rust"))
    mine = search("Mine", Criteria(skills=skills))
    assert wording.headline(digest(posting(), by=mine), EN) == "1 new job for “Mine”"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("Other", "2 new jobs for “Mine” and “Other”"),
        ("Another one, for when all else fails", "2 new jobs for 2 "),
    ],
)
def test_the_headline_names_several_searches_where_they_are_short(other: str, said: str) -> None:
    skills = SkillTerms(any=("Python", "Go", "Rust"))
    mine, another = search("Mine", Criteria(skills=skills)), search(other, Criteria(skills=skills, places=("PT",)))
    mixed = [Candidate(posting("a"), (mine,)), Candidate(posting("b", workplace="hybrid"), (another,))]
    made = curate(recipient(), [mine, another], mixed, [], NOON, CurateSettings(least_chance=0))
    assert isinstance(made, Digest)
    assert wording.headline(made, EN).startswith(said)


@pytest.mark.parametrize(
    ("locale", "said", "beside"),
    [
        ("en", "New jobs: Data Engineer at Acme and 2 more, up to €90K", "Nurse at Borealis · Tester at Cirrus"),
        ("de", "Neue Stellen: Data Engineer bei Acme und 2 weitere, bis zu 90.000 €", "Nurse bei Borealis · "),
        ("es", "Nuevos empleos: Data Engineer en Acme y 2 más, hasta 90 mil €", "Nurse en Borealis · "),
        ("fr", "Nouvelles offres\u00a0: Data Engineer chez Acme et 2 autres, jusqu’à 90\u00a0k\u00a0€", "Nurse chez "),
        ("pt", "Novas vagas: Data Engineer em Acme e mais 2, até € 90 mil", "Nurse em Borealis · "),
    ],
)
def test_of_several_searches_with_long_names_the_best_job_tells_the_kind(locale: str, said: str, beside: str) -> None:
    either = Criteria(skills=SkillTerms(any=("Python", "Go", "Rust")))
    by = [search(f"{kind} jobs wherever they may be", either, search_id=kind) for kind in ("Data", "Care")]
    jobs = [
        posting("a", title="Data Engineer", company="Acme", salary=pay(None, 90_000)),
        posting("b", title="Nurse", company="Borealis", workplace="hybrid"),
        posting("c", title="Tester", company="Cirrus"),
    ]
    items = [
        item
        for job, found_by in zip(jobs, (by[0], by[0], by[1]), strict=True)
        for item in digest(job, by=found_by).items
    ]
    made = replace(digest(*jobs), items=tuple(items), searches=tuple(by))
    words = words_of(locale)
    subject_line = wording.subject(made, words, wording.headline(made, words))
    assert subject_line.replace("\xa0", " ") == said.replace("\xa0", " ")
    assert wording.preheader(made, words, "").startswith(beside)


def test_a_subject_is_one_line_whatever_a_title_holds() -> None:
    made = digest(posting(title="Engineer\r\nBcc: all@example.com\u202e", company="A\nB"))
    assert subject(made) == "New job: Engineer Bcc: all@example.com at A B"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Mobile RV Technician (m/f/d)", "Mobile RV Technician"),
        ("Juriste données personnelles (H/F)", "Juriste données personnelles"),
        ("(Senior) Buchhalter:in m/w/d - Berlin", "(Senior) Buchhalter:in - Berlin"),
        ("Koch (m/w/d), Berlin", "Koch, Berlin"),
        ("Koch(m/w/d)", "Koch"),
        ("Koch (m/w/d, 80-100%)", "Koch (80-100%)"),
        ("Koch (80-100%, m/w/d)", "Koch (80-100%)"),
        ("Koch – m/w/d – Berlin", "Koch – Berlin"),
        ("🚀 Rust Engineer (m/f/d) 🚀", "🚀 Rust Engineer 🚀"),
        ("\u202eמפתח/ת Python (m/f)", "מפתח/ת Python"),
        ("(m/w/d)", "A job without a title"),
        (
            "(Senior) Financial Accountant (f/m/d) - Berlin/Brandenburg Region, Germany",
            "(Senior) Financial Accountant - Berlin/Brandenburg Region",
        ),
        (
            "Growth Marketing Manager – Shopify, Funnels, Community & AI Marketing",
            "Growth Marketing Manager – Shopify, Funnels",
        ),
        (
            "Clinical Appeals Nurse (Remote | Must have California LVN / RN License)",
            "Clinical Appeals Nurse",
        ),
        (
            "Key Accounts Manager - Prostho - Bhopal (India Home Office, IN, NA)",
            "Key Accounts Manager - Prostho - Bhopal",
        ),
        (
            "Licensed and Registered Behavioural Health Therapist for Children and Families",
            "Licensed and Registered Behavioural Health Therapist for…",
        ),
    ],
)
def test_a_subject_has_as_much_of_a_title_as_can_be_read_at_a_glance(title: str, said: str) -> None:
    assert subject(digest(posting(title=title, company="Acme"))) == f"New job: {said} at Acme"


def test_a_job_without_a_title_is_called_one() -> None:
    nameless = posting("a", title=" \u200e", company="Acme")
    assert subject(digest(nameless)) == "New job: A job without a title at Acme"
    line = wording.preheader(digest(nameless, posting("b", title="Engineer")), EN, "")
    assert "A job without a title at Acme" in line


def test_the_preheader_adds_to_the_subject() -> None:
    made = rich_digest()
    line = wording.preheader(made, EN, "")
    first, second = (item.posting.title for item in made.items[:2])
    assert first in subject(made)
    assert line.startswith(second)
    assert line.endswith("2 nearly fit")
    one = digest(posting("a", title="Tester"), posting("b", title="Tester"))
    assert wording.preheader(one, EN, "").startswith("Tester at Company a · ")


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


MANY = ("AT", "BE", "DK", "ES", "FI", "FR", "GR", "IE", "IT", "NL", "PL", "PT")


@pytest.mark.parametrize(
    ("reach", "asked", "zone", "said"),
    [
        (Reach(scope="listed", countries=MANY), ("ES",), "UTC", "Spain, Austria, Belgium or 9 other places"),
        (Reach(scope="listed", countries=MANY), ("eu",), "Europe/Rome", "Italy, Austria, Belgium or 9 other places"),
        (Reach(scope="listed", countries=MANY), (), "Europe/Paris", "France, Austria, Belgium or 9 other places"),
        (Reach(scope="listed", countries=("AT",), groups=("latam",)), ("MX",), "UTC", "Latin America or Austria"),
        (
            Reach(scope="listed", countries=("US",), subdivisions=("US-AL", "US-CA", "US-NY", "US-TX", "US-WA")),
            ("US-TX",),
            "UTC",
            "Texas or the United States (4 more regions)",
        ),
        (
            Reach(scope="listed", countries=MANY[:4], subdivisions=("US-AL", "US-CA", "US-NY", "US-TX")),
            (),
            "America/Chicago",
            "the United States (4 regions), Austria, Belgium or 2 other places",
        ),
    ],
)  # fmt: skip
def test_a_readers_own_place_stands_first(reach: Reach, asked: tuple[str, ...], zone: str, said: str) -> None:
    job = posting(reach=reach)
    own = job_wording.own_places(job, Criteria(places=asked), lines.country_of_zone(zone))
    assert job_wording.reach_line(job, EN, own) == f"Remote from {said}"


def test_a_town_of_the_readers_country_stands_first() -> None:
    towns = [town.id for name in ("Berlin", "Paris", "Vienna", "Milan", "Madrid") for town in towns_in_field(name)[:1]]
    job = posting(
        workplace="hybrid", towns=tuple(towns), reach=Reach(scope="listed", countries=("DE", "FR", "AT", "IT", "ES"))
    )
    own = job_wording.own_places(job, Criteria(), "ES")
    assert job_wording.reach_line(job, EN, own) == "Hybrid, Madrid, Berlin, Paris or 2 more"


@pytest.mark.parametrize(
    ("title", "reach", "said"),
    [
        ("Therapist, Florida", Reach(scope="listed", countries=("US",)), "Florida"),
        ("Therapist (Ohio, Texas)", Reach(scope="listed", countries=("US",)), "Ohio or Texas"),
        ("Therapist, Canada or Ohio", Reach(scope="listed", countries=("US",)), "the United States"),
        ("Seller, Ohio", Reach(scope="listed", groups=("americas",)), "the Americas"),
        ("Seller, Ohio", Reach(scope="listed", countries=("US",), subdivisions=("US-TX",)), "Texas"),
        (
            "Seller, Ohio",
            Reach(scope="listed", countries=("US",), excluded=("US-OH",)),
            "the United States, except Ohio",
        ),
    ],
)
def test_a_part_of_its_country_that_the_title_names_stands_on_the_card(title: str, reach: Reach, said: str) -> None:
    assert job_wording.reach_line(posting(title=title, reach=reach), EN) == f"Remote from {said}"


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
    job = posting(posted_at=NOON - timedelta(hours=hours))
    seen, due = job_wording.seen_on(job, ZoneInfo(zone)), NOON.astimezone(ZoneInfo(zone)).date()
    assert job_wording.age_line(seen, due, EN, posted=True) == said


def test_a_job_without_a_date_was_found_not_posted() -> None:
    assert job_wording.age_line(NOON.date(), NOON.date(), EN, posted=False) == "found today"


NO_INTERNS = search("Any but interns", Criteria(text="-internship"))
IN_EUROPE = search("Europe", Criteria(places=("eu",)))
IN_GERMANY = posting(title="Engineer", reach=Reach(scope="listed", countries=("DE",)))


def why(job: PostingCore, *found_by: DueSearch) -> str:
    made = curate(recipient(), found_by, [Candidate(job, found_by)], [], NOON, CurateSettings(least_chance=0))
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
    assert why(IN_GERMANY, lesser, both) == "Asks for Python"


def test_a_search_that_fits_by_silence_explains_less_than_one_that_fits_by_what_is_stated() -> None:
    silent = search("A", Criteria(text="-internship", places=("PT",), accept_unknown_place=True, utc_offset=0))
    nowhere = posting(title="Engineer", reach=Reach(scope="unknown"))
    assert why(nowhere, silent, search("Z")) == "Asks for Python"


def test_of_searches_as_telling_the_one_that_suits_best_explains_a_job() -> None:
    other = search("A", Criteria(text="hotline"))
    often = posting(title="Builder", description_text="Hotline. " * 5, skills=(Skill(name="Python", core=False),))
    assert why(often, other, search("Z")) == "Says “Hotline”"
    assert why(posting(title="Builder", description_text="A hotline."), other, search("Z")) == "Asks for Python"


def test_a_search_whose_words_the_title_says_explains_less_than_one_that_tells_something_new() -> None:
    assert why(posting(title="Engineer"), search("A", Criteria(text="engineer")), search("Z")) == "Asks for Python"


def test_an_exclusion_is_a_reason_only_where_there_is_no_other() -> None:
    shy = PYTHON.model_copy(update={"skills": SkillTerms(any=("Python",), none=("PHP",)), "text": "-internship"})
    assert why(IN_GERMANY, search(criteria=shy)) == "Asks for Python"
    lone = Criteria(skills=SkillTerms(none=("PHP",)), places=("DE",))
    assert why(IN_GERMANY, search(criteria=lone)) == "Hires in Germany"


def test_words_that_are_asked_for_are_a_reason_also_beside_words_that_are_not() -> None:
    criteria = Criteria(text="hotline -internship", places=("DE",), workplace=("remote",))
    job = posting(reach=IN_GERMANY.reach, description_text="A hotline.")
    assert why(job, search(criteria=criteria)) == "Says “hotline”"


def test_skills_that_are_all_needed_and_of_which_some_are_stand_in_one_clause() -> None:
    skills = (
        Skill(name="Python", core=True),
        Skill(name="Apache Kafka", core=True),
        Skill(name="Go", strength="wanted"),
    )
    asked = Criteria(skills=SkillTerms(all=("Python",), any=("Apache Kafka", "Go")))
    [item] = digest(posting(title="Engineer", skills=skills), by=search(criteria=asked)).items
    assert reason_line(item) == "Asks for Python and Apache Kafka and involves Go"


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("You know Python.", "en", "Asks for Python"),
        ("You know Java, Python or Scala.", "en", "Asks for Python or the like"),
        ("You know Java, Scala, or Python.", "en", "Asks for Python or the like"),
        ("You know Python or a like language.", "en", "Asks for Python or the like"),
        ("You know Java, Python or Scala. Our Python is typed.", "en", "Asks for Python"),
        ("You know Python, and Java or Scala.", "en", "Asks for Python"),
        ("Four years of Python.", "en", "Asks for Python"),
        ("Python, one of our four languages.", "en", "Asks for Python"),
        ("Du kennst Python oder Scala.", "de", "Asks for Python or the like"),
        ("Je kent Python of Scala.", "nl", "Asks for Python or the like"),
        ("Sabes Python o Scala.", "es", "Asks for Python or the like"),
        ("Gostas de usar o Python.", "pt", "Asks for Python"),
        ("You know Python or Scala.", None, "Asks for Python or the like"),
    ],
)
def test_a_skill_of_a_list_of_which_one_will_do_is_told_as_such(text: str, language: str | None, said: str) -> None:
    [item] = digest(posting(title="Engineer", description_text=text, language=language)).items
    assert reason_line(item) == said


def test_a_skill_that_another_ones_name_holds_is_not_told_beside_it() -> None:
    skills = (Skill(name="Negotiation", core=True), Skill(name="Contract Negotiation", core=True))
    asked = Criteria(skills=SkillTerms(any=("Contract Negotiation", "Negotiation")))
    [item] = digest(posting(skills=skills), by=search(criteria=asked)).items
    assert reason_line(item) == "Asks for Contract Negotiation"


def test_a_name_that_is_a_word_too_is_told_by_how_it_is_written() -> None:
    asked = Criteria(skills=SkillTerms(any=("Go",)))
    text = "Experience with Python, or Go. Candidates go through two interviews."
    job = posting(title="Engineer", description_text=text, skills=(Skill(name="Go", core=True),))
    assert why(job, search(criteria=asked)) == "Asks for Go or the like"


def test_a_skill_that_is_needed_stands_before_one_of_which_another_will_do() -> None:
    skills = (
        Skill(name="Python", core=True),
        Skill(name="Apache Kafka", core=True),
        Skill(name="SQL", strength="wanted"),
    )
    asked = Criteria(skills=SkillTerms(all=("Apache Kafka", "Python", "SQL")))
    job = posting(title="Engineer", description_text="Apache Kafka, and Python or Go.", skills=skills)
    [item] = digest(job, by=search(criteria=asked)).items
    assert reason_line(item) == "Asks for Apache Kafka and Python or the like and involves SQL"


def test_a_word_that_names_a_skill_just_told_is_not_quoted() -> None:
    both = PYTHON.model_copy(update={"text": "python"})
    named = posting(title="Engineer", description_text="Python for sailors.")
    assert why(named, search(criteria=both)) == "Asks for Python"
    more = PYTHON.model_copy(update={"text": "python payments"})
    job = posting(title="Engineer", description_text="Python for the payments of sailors.")
    assert why(job, search(criteria=more)) == "Asks for Python; says “payments”"


def test_words_are_quoted_as_the_posting_spells_them() -> None:
    asked = Criteria(text='hr "back end" OR "à la carte" resume')
    job = posting(title="Engineer", description_text="Your Resume to HR. Of the Back-End, and à la Carte.")
    said = why(job, search(criteria=asked))
    assert said == "Says “HR”, “Resume”, “a la carte” and “Back-End”"


def test_a_word_that_the_title_says_is_not_quoted() -> None:
    both = PYTHON.model_copy(update={"text": "german OR support OR hotline"})
    job = posting(title="Support in German", description_text="Python on the Hotline.")
    assert why(job, search(criteria=both)) == "Asks for Python; says “Hotline”"
    of_title = PYTHON.model_copy(update={"text": "german"})
    assert why(job, search(criteria=of_title)) == "Asks for Python"
    either = Criteria(text="german OR hotline")
    assert why(job, search(criteria=either)) == "Says “Hotline”"


def test_what_the_card_says_already_is_no_reason() -> None:
    criteria = PYTHON.model_copy(
        update={
            "salary_floor": SalaryFloor(amount=1, currency="EUR"),
            "workplace": ("remote",),
            "places": ("PT",),
            "seniority": ("senior",),
            "employment": ("full_time",),
            "languages": ("en",),
            "utc_offset": 0.0,
        }
    )
    stated = {"salary": pay(None, 9), "seniority": "senior", "employment": "full_time"}
    job = posting(title="Engineer", timezones=Timezones(min=-1, max=1), **stated)
    made = digest(job, by=search(criteria=criteria)).items[0]
    assert reason_line(made, bar=True) == "Asks for Python"
    assert reason_line(made, bar=False) == "Asks for Python / Pays up to €9 a year, above your minimum of €1"


def test_a_second_line_says_what_the_card_does_not() -> None:
    sponsored = PYTHON.model_copy(update={"visa_sponsorship": True})
    assert (
        why(posting(title="Engineer", visa="offered"), search(criteria=sponsored))
        == "Asks for Python / Sponsors a visa"
    )
    within = PYTHON.model_copy(update={"utc_offset": 2.0, "tolerance": 2.0})
    job = posting(title="Engineer", timezones=Timezones(min=-1, max=1))
    assert why(job, search(criteria=within)) == "Asks for Python / Wants UTC−1 to UTC+1, within 2 h of your UTC+2"


def test_a_role_or_a_word_that_the_title_says_is_no_reason() -> None:
    asked = Criteria(roles=RoleTerms(any=("backend-engineer",)))
    job = posting(title="Backend Engineer", roles=("backend-engineer",))
    assert why(job, search(criteria=asked)) == ""
    assert why(job, search(criteria=Criteria(text="backend", places=("DE",), workplace=("remote",)))) == ""
    skilled = asked.model_copy(update={"skills": SkillTerms(any=("Python",))})
    assert why(job, search(criteria=skilled)) == "Asks for Python"
    sponsored = asked.model_copy(update={"visa_sponsorship": True})
    assert why(job.model_copy(update={"visa": "offered"}), search(criteria=sponsored)) == "Sponsors a visa"
    preferring = search(criteria=asked, preferred_places=("PT",))
    assert why(job, preferring) == "May also be done from Portugal, which you prefer"
    other = posting(title="Python engineer", roles=("backend-engineer",))
    assert why(other, search(criteria=skilled)) == "Seems to be a Backend Engineer job"


@pytest.mark.parametrize(
    ("changes", "english", "german"),
    [
        ({"seniority": "director"}, "is at director level", "ist auf Direktionsebene"),
        ({"title": "Python engineer, Austria"}, "names Austria in its title", "nennt im Titel: Österreich"),
        (
            {"description_text": "We build …"},
            "comes with the start of its text alone",
            "kommt nur mit dem Anfang ihres Textes",
        ),
        ({"language": "fr"}, "is written in French", "ist auf Französisch verfasst"),
        (
            {"description_text": "You bring at least 12 years of experience in engineering."},
            "asks for 12 years of experience",
            "verlangt 12 Jahre Erfahrung",
        ),
        (
            {"reach": Reach(scope="listed", countries=("DE",), subdivisions=("DE-BY",))},
            "hires only in Bavaria",
            "stellt nur ein in: Bavaria",
        ),
        (
            {"timezones": Timezones(min=-8, max=-5)},
            "keeps hours 5 h from yours",
            "hat Arbeitszeiten 5 h von deinen entfernt",
        ),
    ],
)
def test_what_speaks_against_a_job_stands_on_its_card(changes: dict[str, Any], english: str, german: str) -> None:
    here = PYTHON.model_copy(update={"places": ("DE",)})
    [item] = digest(posting(**({"reach": IN_GERMANY.reach} | changes)), by=search(criteria=here)).items
    assert doubts(item) == english
    assert doubts(item, "de") == german


def test_skills_that_the_title_says_are_not_said_again() -> None:
    def of(title: str, skills: SkillTerms, locale: str = "en") -> str:
        has = tuple(Skill(name=name, core=True) for name in ("Python", "Machine Learning", "PyTorch"))
        [item] = digest(posting(title=title, skills=has), by=search(criteria=Criteria(skills=skills))).items
        return reason_line(item, locale=locale)

    assert of("Senior Python Engineer", SkillTerms(any=("Python",))) == ""
    assert of("Python-Entwickler (m/w/d)", SkillTerms(all=("Python",)), "de") == ""
    assert of("Machine Learning Engineer", SkillTerms(all=("Machine Learning", "PyTorch"))) == "Asks for PyTorch"
    assert (
        of("Machine Learning Engineer", SkillTerms(any=("Machine Learning", "Python"), at_least=2)) == "Asks for Python"
    )
    assert of("Pythonista", SkillTerms(any=("Python",))) == "Asks for Python"


def test_a_skill_that_the_text_only_mentions_is_said_beside_the_one_in_the_title() -> None:
    skills = (Skill(name="Python", core=True), Skill(name="Go", strength="wanted"))
    asked = Criteria(skills=SkillTerms(all=("Python", "Go")))
    [item] = digest(posting(title="Python Engineer", skills=skills), by=search(criteria=asked)).items
    assert reason_line(item) == "Involves Go"


def test_what_speaks_against_a_job_takes_the_place_of_the_second_line() -> None:
    sponsored = PYTHON.model_copy(update={"visa_sponsorship": True})
    [item] = digest(
        posting(title="Engineer", visa="offered", seniority="executive"), by=search(criteria=sponsored)
    ).items
    mail = JinjaRenderer(SENDER).render(
        digest(item.posting, by=item.found_by[0].search), links_for(digest(item.posting), "", b"s")
    )
    for form in (mail.html, mail.text):
        assert "is at executive level" in form
        assert "ponsors a visa" not in form
    assert "Executive" not in mail.text


def test_years_are_said_only_where_the_text_and_not_the_level_asks_for_too_many() -> None:
    begins = PYTHON.model_copy(update={"seniority": ("junior", "mid")})

    def said(level: str, years: int, asked: Criteria) -> str:
        text = f"You bring at least {years} years of experience in engineering."
        [item] = digest(posting(seniority=level, description_text=text), by=search(criteria=asked)).items
        return doubts(item)

    assert "years" not in said("staff", 2, PYTHON), "the level says it"
    assert said("lead", 12, PYTHON) == "asks for 12 years of experience"
    assert said("mid", 2, begins) == "asks for 2 years of experience", "a level that is asked for is met"


def test_nothing_speaks_against_a_level_that_is_asked_for() -> None:
    asked = PYTHON.model_copy(update={"seniority": ("director",)})
    [item] = digest(posting(seniority="director"), by=search(criteria=asked)).items
    assert doubts(item) == ""


def test_a_role_that_is_only_near_is_said_once() -> None:
    asked = Criteria(skills=SkillTerms(any=("Python",)), text="backend engineer")
    job = posting(title="Python craftsman", description_text="A backend engineer.", roles=("mobile-engineer",))
    [item] = digest(job, by=search("Backend engineer", criteria=asked)).items
    assert "is more of a Mobile Engineer job" in doubts(item)
    for title in ("Mobile engineer", "Senior Mobile App Developer, Python"):
        titled = job.model_copy(update={"title": title})
        [item] = digest(titled, by=search("Backend engineer", criteria=asked)).items
        assert "rather" not in doubts(item)


@pytest.mark.parametrize(("skill", "doubts"), [("Kotlin", 0), ("Java", 1)])
def test_a_title_that_names_an_asked_skill_says_what_work_it_is(skill: str, doubts: int) -> None:
    chance = Chance(0.6, lambda: [Against(Doubt("trade", ("software-engineer",)), 0.7)])
    skills = (Skill(name="Kotlin", core=True), Skill(name="Java", core=True))
    job = posting(title="Staff Craftsman, Kotlin", roles=("software-engineer",), skills=skills)
    [item] = digest(job, by=search(criteria=Criteria(skills=SkillTerms(any=(skill,))))).items
    assert len(telling_against(chance, item.found_by[0].verdict.reasons, job)) == doubts


def test_a_title_names_a_role_as_one_word_or_two() -> None:
    assert all(names_role(title, "frontend-engineer") for title in ("Frontend Developer, Maps", "Front-end engineer"))
    assert not names_role("React craftsman", "frontend-engineer")


def test_that_pay_is_not_stated_is_no_reason() -> None:
    floor = PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=1, currency="EUR")})
    assert "pay" not in reason_line(digest(posting(), by=search(criteria=floor)).items[0])
    assert "Pays" in reason_line(digest(posting(salary=pay(None, 9)), by=search(criteria=floor)).items[0])


def zones_line(low: float, high: float, *, month: int = 1, reader: str = "Asia/Tokyo") -> str:
    at = NOON.replace(month=month)
    return job_wording.timezones_line(Timezones(min=low, max=high), at, ZoneInfo(reader), EN)


def test_time_zones_all_round_the_globe_tell_nothing() -> None:
    assert zones_line(-11, 8.5) != ""
    assert zones_line(-11.5, 8.75) == ""


def test_time_zones_that_take_in_the_readers_own_tell_nothing() -> None:
    assert zones_line(0, 1, reader="Europe/Madrid") == zones_line(0, 1, reader="Europe/Madrid", month=7) == ""


def test_hours_that_speak_against_a_job_are_told_by_the_season_and_once() -> None:
    new_york, said = Timezones(min=-5, max=-5), (Doubt("zone", amount=2.0), Doubt("travel", amount=30))

    def away(month: int, reader: str = "America/Argentina/Buenos_Aires") -> list[float | None]:
        at = NOON.replace(month=month)
        doubts = job_wording.by_the_clock(said, new_york, at, ZoneInfo(reader))
        return [doubt.amount for doubt in doubts if doubt.fact == "zone"]

    assert (away(1), away(7)) == ([2.0], [1.0])
    at = NOON.replace(month=7)
    assert away(7, "Chile/Continental") == [], "their winter is the summer of New York"
    assert job_wording.timezones_line(new_york, at, ZoneInfo("Chile/Continental"), EN) == ""
    assert job_wording.timezones_line(new_york, at, ZoneInfo("Asia/Tokyo"), EN, said) == ""


def test_a_zone_that_keeps_summer_time_may_pass_another() -> None:
    assert zones_line(-3.5, -3, reader="Asia/Kolkata") == "time zones UTC−3:30 to UTC−3"
    assert zones_line(-3.5, -3, reader="Asia/Kolkata", month=7) == "time zones UTC−3 to UTC−2:30"
    far, at = Timezones(min=-3.5, max=-3), NOON.replace(month=7)
    [doubt] = job_wording.by_the_clock((Doubt("zone", amount=8.5),), far, at, ZoneInfo("Asia/Kolkata"))
    assert doubt.amount == 8.0


def test_time_zones_are_told_by_the_season() -> None:
    assert zones_line(0, 1) == "time zones UTC+0 to UTC+1"
    assert zones_line(0, 1, month=7) == "time zones UTC+1 to UTC+2"
    assert zones_line(-5, -5, month=7) == "time zone UTC−4"
    assert zones_line(-3.25, 5.75, month=7) == "time zones UTC−3:15 to UTC+5:45"


def test_levels() -> None:
    assert job_wording.level_line(posting(seniority="senior", employment="full_time"), EN) == "Senior, full time"
    assert job_wording.level_line(posting(), EN) == ""
    intern = posting(seniority="intern", employment="internship")
    assert job_wording.level_line(intern, EN) == "internship"
    assert job_wording.level_line(posting(seniority="intern", forms=("student",)), EN) == "student job"
    assert job_wording.level_line(posting(seniority="intern", employment="full_time"), EN) == (
        "Internship level, full time"
    )
    part = posting(forms=("full_time", "part_time"), hours=Hours(min=20, max=40))
    assert job_wording.level_line(part, EN) == "full time or part time, 20 to 40 hours a week"
    for_a_time = posting(forms=("temporary", "full_time", "part_time"), employment="temporary")
    assert job_wording.level_line(for_a_time, EN) == "temporary, full time or part time"
    fixed = posting(forms=("contract", "full_time"), employment="contract")
    assert job_wording.level_line(fixed, EN) == "fixed-term contract, full time"


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
        ("pt-PT", "pt_PT"),
        ("it", "en"),
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


def test_beside_the_subject_of_a_single_job_stands_where_it_is_and_why() -> None:
    made = digest(posting("a", title="Engineer", workplace="remote", reach=Reach(scope="listed", countries=("DE",))))
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert page.preheader.startswith("Remote from Germany · Asks for Python")


def of_person(against: Doubt) -> list[str]:
    return [doubt_in_words(against, words_of(locale)) for locale in ("en", "de", "es", "fr", "pt")]


def test_a_mail_says_how_far_a_job_lies_from_home_and_which_years_it_asks_for_beside_ones_own() -> None:
    assert of_person(Doubt("region", amount=1204)) == [
        "is 1,204 km from where you live",
        "ist 1.204 km von deinem Wohnort entfernt",
        "está a 1.204 km de donde vives",
        "se trouve à 1\u202f204 km de votre domicile",
        "fica a 1.204 km de onde você mora",
    ]
    assert of_person(Doubt("experience", amount=10, own=4))[:2] == [
        "asks for 10 years of experience, and you have 4",
        "verlangt 10 Jahre Erfahrung, und du hast 4",
    ]
    assert of_person(Doubt("searches", ("nurse",), done=("paralegal", "teacher")))[:2] == [
        "is more of a Nurse job, and you have worked as Paralegal and Teacher",
        "ist eher eine Stelle als Pflegefachkraft, und du hast als Rechtsanwaltsfachangestellter und Lehrer gearbeitet",
    ]
    assert of_person(Doubt("overqualified", own=8))[0] == "is meant for beginners, and you have 8 years"
    asked = of_person(Doubt("overqualified", amount=3, own=15))[0]
    assert asked == "asks for 3 years of experience, and you have 15"
    assert of_person(Doubt("overqualified", amount=1, own=8)) == [
        "asks for 1 year of experience, and you have 8",
        "verlangt 1 Jahr Erfahrung, und du hast 8",
        "pide 1 año de experiencia y tú tienes 8",
        "demande 1 an d’expérience, et vous en avez 8",
        "pede 1 ano de experiência, e você tem 8",
    ]


def test_a_beginners_job_is_called_so_once() -> None:
    against = [Against(Doubt("overqualified", own=8), 1.5), Against(Doubt("level", ("junior",)), 0.5)]
    told = telling_against(Chance(0.4, lambda: against), (), posting(seniority="junior"))
    assert [doubt.fact for doubt in told] == ["overqualified"]


def test_nothing_speaks_against_the_role_for_which_a_job_is_here() -> None:
    asked = Criteria(roles=RoleTerms(any=("risk-analyst",)))
    job = posting(title="Underwriting Analyst", roles=("risk-analyst",))
    [item] = digest(job, by=search(criteria=asked)).items
    assert reason_line(item) == "Seems to be a Risk Analyst job"
    own = Doubt("searches", ("risk-analyst",), done=("insurance-agent",))
    chance = Chance(0.5, lambda: [Against(own, 1.5), Against(Doubt("leading", ("manager",)), 0.5)])
    told = telling_against(chance, item.found_by[0].verdict.reasons, job)
    assert [doubt.fact for doubt in told] == ["leading"]


@pytest.mark.parametrize(("language", "between"), [("en", "; "), ("fr", "\u202f; ")])
def test_clauses_are_parted_as_a_language_does(language: str, between: str) -> None:
    [item] = digest(posting(title="Lead")).items
    two = replace(
        item, chance=Chance(0.5, lambda: [Against(Doubt("leading", ("manager",)), 1.3), Against(Doubt("often"), 1.0)])
    )
    assert doubts(two, language).count(between) == 1
    assert all(doubts(two, language).split(between))


def test_of_what_trade_a_job_is_more_is_said_once_and_with_what_one_has_worked_as() -> None:
    role, done = ("account-executive",), ("nurse",)
    trade, own, level = Doubt("trade", role), Doubt("searches", role, done=done), Doubt("level", ("director",))

    def told(*doubts: Doubt) -> tuple[Doubt, ...]:
        chance = Chance(0.2, lambda: [Against(doubt, 1.5) for doubt in doubts])
        return telling_against(chance, (), posting(title="Python tutor", roles=role, seniority="director"))

    assert told(trade, Doubt("searches", role), level) == (trade, level)
    assert told(trade, level, own) == (level, own)
