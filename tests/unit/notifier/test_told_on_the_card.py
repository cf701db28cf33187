"""What a text asks for, or offers to whom it matters, stands on the card."""

import pytest

from schemas.criteria import Criteria, RoleTerms, SkillTerms
from schemas.posting import PostingCore, Reach, Visa, Workplace
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import links_for
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.wording.job import visa_line
from services.notifier.domain.wording.reason_order import doubt_in_words, telling_against
from services.rules.home import Home
from services.wording.catalogues import words_of
from services.wording.words import LANGUAGES
from tests.support.digests import SENDER, digest, posting, recipient, rich_digest, search

EN = words_of("en")
GERMANY = Reach(scope="listed", countries=("DE",))


def text_of(job: PostingCore, home: str | None = None, by: Criteria | None = None) -> str:
    made = digest(job, to=recipient(home=Home(home) if home else None), by=search("Python", by) if by else None)
    return JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret")).text


def test_a_near_miss_that_states_no_pay_says_so_once() -> None:
    made = rich_digest()
    text = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret")).text
    silent = next(card for card in text.split("\n\n") if "But: does not say what it pays" in card)
    assert "Pay not stated" not in silent
    assert "Pay not stated" in text


@pytest.mark.parametrize(
    ("visa", "said"), [("offered", "Sponsors a visa"), ("refused", "Sponsors no visa"), ("unknown", "")]
)
def test_who_lives_elsewhere_is_told_of_a_visa(visa: Visa, said: str) -> None:
    job = posting(visa=visa, workplace="onsite", reach=GERMANY)
    assert visa_line(job, "PT", EN) == said[:1].lower() + said[1:]
    assert said in text_of(job, "PT")
    assert "visa" not in text_of(job, "DE")


@pytest.mark.parametrize("changed", [{"workplace": "remote"}, {"reach": Reach(scope="listed", groups=("eu",))}])
def test_where_one_need_not_move_a_visa_is_not_worth_a_word(changed: dict[str, Workplace | Reach]) -> None:
    job = posting(**({"visa": "offered", "workplace": "onsite", "reach": GERMANY} | changed))
    assert visa_line(job, "PT", EN) == visa_line(job, None, EN) == ""


def test_a_visa_that_is_asked_for_is_said_once_as_a_reason() -> None:
    job = posting(visa="offered", workplace="onsite", reach=GERMANY)
    asked = Criteria(skills=SkillTerms(any=("Python",)), visa_sponsorship=True)
    assert text_of(job, "PT", asked).lower().count("sponsors a visa") == 1


@pytest.mark.parametrize(
    ("doubt", "said"),
    [
        (Doubt("leading", ("manager",)), "you would lead people"),
        (Doubt("travel", amount=50), "asks you to travel 50% of the time"),
    ],
)
def test_a_card_says_that_one_would_lead_people_or_travel(doubt: Doubt, said: str) -> None:
    chance = Chance(0.5, lambda: [Against(doubt, 1.3)])
    assert telling_against(chance, (), posting()) == (doubt,)
    assert doubt_in_words(doubt, EN) == said
    assert len({doubt_in_words(doubt, words_of(language)) for language in LANGUAGES}) == len(LANGUAGES)


def test_a_single_job_whose_title_says_why_is_announced_by_where_it_is_and_its_details() -> None:
    asked = Criteria(roles=RoleTerms(any=("nurse",)))
    job = posting(title="Nurse", roles=("nurse",), workplace="onsite", reach=GERMANY)
    made = digest(job, by=search("Nurse", asked))
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert "On site, Germany · Posted yesterday · Pay not stated" in page.html
    assert "Nurse job" not in page.html + page.text
    assert 'class="why"' not in page.html
