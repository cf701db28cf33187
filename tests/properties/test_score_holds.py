"""The score, over generated searches and jobs: what is core goes before what is implied, and that before a mention."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Reach, Skill
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import IMPLIED, ONE_OF_ANY, fit_share, implied_of_any, score
from services.rules.skills.taxonomy import taxonomy
from tests.support.digests import NOON, pay, posting

PAYS = st.sampled_from([None, pay(None, 50_000), pay(None, 80_000), pay(None, 900_000)])
REACHES = st.sampled_from([Reach(), Reach(scope="worldwide"), Reach(scope="listed", countries=("PT",))])
KIN = ("Django", "Express", "JavaScript", "Next.js", "Node.js", "Python", "React", "Redux")
"""Skills of which most imply others, some of them several."""
NAMES = (*KIN, "Go")
IMPLYING = tuple((by, name) for by in KIN for name in KIN if name in taxonomy().parents(by))
CORES = st.frozensets(st.sampled_from(NAMES), max_size=5)
TEXTS = st.sampled_from(["", "engineer", "aword1 OR bword1"])
PREFERENCES = st.sampled_from([(), ("PT",), ("worldwide",)])


def names(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(NAMES), unique=True, max_size=most).map(tuple)


@st.composite
def searches(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Criteria:
    """For some skills, and whatever else a score weighs."""
    terms = draw(st.builds(SkillTerms, all=names(3), any=names(4)).filter(lambda some: some.all or some.any))
    return Criteria(
        skills=terms,
        text=draw(texts),
        places=draw(st.sampled_from([(), ("PT",)])),
        accept_unknown_place=True,
        salary_floor=draw(st.sampled_from([None, SalaryFloor(amount=50_000, currency="EUR")])),
        accept_undisclosed=True,
    )


@st.composite
def implied_cores(draw: st.DrawFn) -> tuple[Criteria, frozenset[str], str, str]:
    """A search, core skills, one of them that is not asked for, and what it implies, which is and is not core."""
    by, name = draw(st.sampled_from(IMPLYING))
    criteria, core = draw(searches()), draw(CORES)
    own = criteria.skills
    wanted = tuple(dict.fromkeys((name, *(skill for skill in own.any if skill != by))))
    skills = SkillTerms(all=tuple(skill for skill in own.all if skill not in (by, name)), any=wanted)
    return criteria.model_copy(update={"skills": skills}), core - {name} | {by}, by, name


@dataclass(frozen=True)
class Terms:
    """All of a job but its skills."""

    pay: object
    reach: Reach
    days: int


EITHER = Criteria(skills=SkillTerms(any=("JavaScript", "React")))
BEST, WORST = Terms(pay(None, 900_000), Reach(scope="listed", countries=("PT",)), 0), Terms(None, Reach(), 30)
TERMS = st.builds(Terms, PAYS, REACHES, st.integers(0, 30))
MORE, LESS = st.just(BEST) | TERMS, st.just(WORST) | TERMS


def job(name: str, terms: Terms, core: frozenset[str], mentioned: tuple[str, ...] = ()) -> PostingCore:
    """None of the skills stands in its title."""
    return posting(
        name,
        title="Engineer",
        skills=tuple(Skill(name=skill, core=skill in core) for skill in sorted({*core, *mentioned})),
        salary=terms.pay,
        reach=terms.reach,
        posted_at=NOON - timedelta(days=terms.days),
    )


def total(criteria: Criteria, core: PostingCore, preferred_places: tuple[str, ...] = ()) -> float:
    return score(JudgedPosting(criteria, PostingFeatures(core)), NOON, preferred_places).total


@example((EITHER, frozenset({"Express", "Redux"}), "Redux", "JavaScript"), BEST, ())
@given(implied_cores(), TERMS, PREFERENCES)
def test_a_skill_that_was_implied_never_lowers_the_score_by_being_core_itself(
    made: tuple[Criteria, frozenset[str], str, str], terms: Terms, preferred_places: tuple[str, ...]
) -> None:
    criteria, core, by, name = made
    before = total(criteria, job("a", terms, core), preferred_places)
    assert total(criteria, job("a", terms, core | {name}), preferred_places) >= before
    # In the place of the skill that implied it: one job names what another only implies.
    assert total(criteria, job("a", terms, core - {by} | {name}), preferred_places) >= before


@given(searches(), TERMS, CORES, st.sampled_from(NAMES))
def test_no_skill_lowers_the_score_by_being_core(
    criteria: Criteria, terms: Terms, core: frozenset[str], name: str
) -> None:
    assert total(criteria, job("a", terms, core | {name})) >= total(criteria, job("a", terms, core))


@example(EITHER, frozenset({"Next.js"}))
@example(EITHER, frozenset({"Next.js", "Redux"}))
@given(searches(st.just("")), CORES)
def test_one_core_skill_counts_for_one_asked_skill(criteria: Criteria, core: frozenset[str]) -> None:
    ready, asked = PostingFeatures(job("a", Terms(None, Reach(), 0), core)), criteria.skills
    implied = implied_of_any(criteria, ready)
    assert len({skill.by for skill in implied}) == len({skill.name for skill in implied}) == len(implied)
    assert all(skill.by in core and skill.name in taxonomy().parents(skill.by) for skill in implied)
    assert not {skill.by for skill in implied} & {*asked.all, *asked.any}
    if asked.all:
        return
    named = len(core.intersection(asked.any))
    pairs = [(name, by) for name in asked.any for by in core if name not in core and name in taxonomy().parents(by)]
    free = [pair for pair in pairs if pair[1] not in asked.any]
    two = any(a[0] != b[0] and a[1] != b[1] for a, b in combinations(free, 2))
    room = min(2, len(asked.any)) - min(2, named)
    worth = min(2, len(asked.any), named) + IMPLIED * min(room, 2 if two else bool(free))
    share = ONE_OF_ANY if len(asked.any) > 1 else 1.0
    assert (
        abs(fit_share(criteria, ready) - (share * min(worth, 1.0) + (1.0 - ONE_OF_ANY) * max(0.0, worth - 1.0))) < 1e-9
    )


def before(criteria: Criteria, core: PostingCore, other: PostingCore, preferred_places: tuple[str, ...]) -> bool:
    """Whether a job of the same tenth of chance comes first."""
    weights = [
        (total(criteria, job, preferred_places), fit_share(criteria, PostingFeatures(job))) for job in (core, other)
    ]
    return weights[0] > weights[1]


@given(searches(), MORE, LESS, PREFERENCES, st.data())
def test_no_score_puts_a_job_that_only_mentions_what_is_asked_for_before_one_to_which_some_of_it_is_core(
    criteria: Criteria, more: Terms, less: Terms, preferred_places: tuple[str, ...], data: st.DataObject
) -> None:
    asked = sorted({*criteria.skills.all, *criteria.skills.any})
    core = frozenset(data.draw(st.lists(st.sampled_from(asked), unique=True, min_size=1)))
    asks, mentions = job("b", less, core, NAMES), job("a", more, frozenset(), NAMES)
    assert before(criteria, asks, mentions, preferred_places)


@given(implied_cores(), MORE, LESS, PREFERENCES)
def test_nor_before_one_of_which_the_core_implies_some_of_it(
    made: tuple[Criteria, frozenset[str], str, str], more: Terms, less: Terms, preferred_places: tuple[str, ...]
) -> None:
    criteria, core, *_ = made
    implies, mentions = job("b", less, core, NAMES), job("a", more, frozenset(), NAMES)
    assert before(criteria, implies, mentions, preferred_places)
