"""Past postings in columns, held against a backtest of the same postings."""

import math
from collections import Counter
from random import Random

from hypothesis import given, settings

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Salary, Skill
from services.matcher.adapters.memory.past import PastInColumns, PastVersion
from services.matcher.backtest import Past, backtest, is_alternative
from services.rules.criterion import CRITERIA, ROLES_ANY, ROLES_NONE, SKILLS_ANY
from services.rules.prepared import PreparedPosting
from services.rules.skills.taxonomy import taxonomy
from services.rules.verdict import outcome_of
from tests.support import generate
from tests.support.long_form import examples
from tests.support.notifying import posting
from tests.support.strategies import seeds


def _ids(seen: tuple[PastVersion, ...]) -> list[str]:
    return [posting.posting_id for posting in seen]


@settings(max_examples=examples(40))
@given(seeds)
def test_they_find_and_count_what_a_backtest_does(seed: int) -> None:
    postings = generate.postings(40, seed)
    past = [Past(posting, posting.seen_at) for posting in postings]
    columns = PastInColumns()
    columns.put(past)
    opened = [posting.model_copy(update={"status": "open"}) for posting in postings]
    for asked in generate.criteria(6, seed + 1, postings):
        expected, found = backtest(asked, past), columns.fitting(asked, most=7)
        assert (found.matching, found.near) == (len(expected.matches), len(expected.near))
        assert _ids(found.newest) == [tried.posting.posting_id for tried in expected.matches][:7]
        assert _ids(found.newest_near) == [tried.posting.posting_id for tried in expected.near][:7]
        assert dict(found.alone) == {
            criterion.name: sum(criterion.fit(asked, PreparedPosting(each)) == "yes" for each in opened)
            for criterion in CRITERIA
            if criterion.asks(asked)
        }
        fitted = [
            {criterion.name for criterion in CRITERIA if criterion.fit(asked, PreparedPosting(each)) == "yes"}
            for each in opened
        ]
        clash = set(found.conflict)
        assert bool(clash) == (not found.matching)
        assert not any(clash <= fits for fits in fitted) or not clash
        for name in clash:
            assert any(clash - {name} <= fits for fits in fitted)
        assert found.by_day == Counter(tried.seen_at.date() for tried in expected.matches)
        without = {cost.criterion: len(cost.without.posting_ids) for cost in expected.costs}
        assert {made.criterion: more for made, more in found.without} == {
            criterion: more for criterion, more in without.items() if more
        }
        steps = {gain.relaxation.own: len(gain.posting_ids) for cost in expected.costs for gain in cost.steps}
        for made, more in found.steps:
            assert steps[made.own] == more


@settings(max_examples=examples(25))
@given(seeds)
def test_what_is_done_without_together_lets_in_what_the_truth_accepts_and_no_fewer_do(seed: int) -> None:
    postings = generate.postings(40, seed)
    opened = [PreparedPosting(posting.model_copy(update={"status": "open"})) for posting in postings]
    columns = PastInColumns()
    columns.put(Past(posting, posting.seen_at) for posting in postings)
    for asked in generate.criteria(6, seed + 1, postings):
        matching = sum(outcome_of(asked, posting) == "match" for posting in opened)
        gained = {
            frozenset(relaxation.criterion for relaxation in made): more for made, more in columns.together(asked)
        }
        for made, more in columns.together(asked):
            assert more == sum(outcome_of(made[-1].criteria, posting) == "match" for posting in opened) - matching > 0
        spared = {criterion.name for criterion in CRITERIA if criterion.asks(asked)} - {
            "roles.any",
            "skills.all",
            "skills.any",
            "text",
        }
        fits = [{criterion.name for criterion in CRITERIA if criterion.fit(asked, each) == "yes"} for each in opened]
        lacking = [{criterion.name for criterion in CRITERIA if criterion.asks(asked)} - names for names in fits]
        sizes = [max(len(names), 2) for names in lacking if names and names <= spared and len(names) <= 3]
        assert {len(names) for names in gained} == ({min(sizes)} if sizes and len(spared) > 1 else set())


@settings(max_examples=examples(25))
@given(seeds)
def test_what_is_put_anew_or_dropped_stands_as_if_it_had_been_put_at_once(seed: int) -> None:
    chance = Random(seed)
    first = generate.postings(30, seed)
    second = [
        other.model_copy(update={"posting_id": own.posting_id, "version": own.version + chance.choice((-1, 0, 1))})
        for own, other in zip(first, generate.postings(30, seed + 2), strict=True)
        if chance.random() < 0.5
    ]
    grown, asked_before = PastInColumns(), generate.criteria(3, seed + 1, first)
    grown.put(Past(posting, posting.seen_at) for posting in first[:15])
    for asked in asked_before:
        grown.fitting(asked, most=9)  # so that it remembers what it will have to add to
    grown.put(Past(posting, posting.seen_at) for posting in [*first[15:], *second])
    newest = {posting.posting_id: posting for posting in first}
    seen = {posting.posting_id: posting.seen_at for posting in first}
    for newer in second:
        # A version that is not newer changes nothing.
        if newer.version > newest[newer.posting_id].version:
            newest[newer.posting_id] = newer
            seen[newer.posting_id] = min(seen[newer.posting_id], newer.seen_at)
    before = sorted(seen.values())[chance.randrange(30)]
    grown.forget(before)
    left = [Past(posting, seen[own]) for own, posting in newest.items() if seen[own] >= before]
    assert len(grown) == len(left)
    at_once = PastInColumns()
    at_once.put(left)
    for asked in [*asked_before, *generate.criteria(3, seed + 3, first)]:
        assert grown.fitting(asked, most=9) == at_once.fitting(asked, most=9)


@settings(max_examples=examples(60))
@given(seeds)
def test_postings_that_are_alike_in_what_a_criterion_looks_at_fit_the_same_criteria(seed: int) -> None:
    chance = Random(seed)
    posting, other = (PreparedPosting(generate.posting(chance, number)) for number in range(2))
    wanted = generate.criteria(4, seed + 1, [posting.posting, other.posting])
    # What a criterion does not look at is of the other posting.
    for name in type(posting.posting).model_fields:
        mixed = PreparedPosting(posting.posting.model_copy(update={name: getattr(other.posting, name)}))
        for criterion in CRITERIA:
            if criterion.looks_at(mixed) != criterion.looks_at(posting):
                continue
            for asked in wanted:
                assert criterion.fit(asked, mixed) == criterion.fit(asked, posting)


@settings(max_examples=examples(30))
@given(seeds)
def test_a_skill_opens_what_the_truth_accepts_with_it_and_not_without(seed: int) -> None:
    postings = generate.postings(60, seed)
    opened = [PreparedPosting(posting.model_copy(update={"status": "open"})) for posting in postings]
    columns, known = PastInColumns(), taxonomy()
    columns.put(Past(posting, posting.seen_at) for posting in postings)
    names = sorted(frozenset[str]().union(*(posting.skills | posting.implied.keys() for posting in opened)))
    for asked in generate.criteria(6, seed + 1, postings):
        skills, found = asked.skills, columns.fitting(asked, most=1, currency="EUR").openings
        fits = [outcome_of(asked, posting) == "match" for posting in opened]
        with_asked = [posting for posting in opened if not posting.asked_for.isdisjoint(skills.any)]
        gains = {}
        for name in names if skills.any else ():
            together = sum(name in posting.asked_for for posting in with_asked)
            if together == 0 or name in {*skills.any, *skills.none, *skills.all}.union(*map(known.parents, skills.all)):
                continue
            alone = sum(name in posting.asked_for for posting in opened)
            if is_alternative(name, together / math.sqrt(alone * len(with_asked))):
                wider = SKILLS_ANY.adding(asked, name).criteria
                gains[name] = sum(
                    not before and outcome_of(wider, posting) == "match"
                    for before, posting in zip(fits, opened, strict=True)
                )
        best = sorted((-more, name) for name, more in gains.items() if more)[:5]
        assert [(opening.skill, opening.more) for opening in found] == [(name, -less) for less, name in best]


@settings(max_examples=examples(40))
@given(seeds)
def test_kinds_are_counted_by_the_truth_and_a_role_opens_what_it_accepts_besides(seed: int) -> None:
    postings = generate.postings(60, seed)
    opened = [PreparedPosting(posting.model_copy(update={"status": "open"})) for posting in postings]
    columns, chance = PastInColumns(), Random(seed)
    columns.put(Past(posting, posting.seen_at) for posting in postings)

    def first(prepared: PreparedPosting) -> str:
        return next(iter(prepared.posting.roles), "")

    for asked in generate.criteria(6, seed + 1, postings):
        newest = columns.fitting(asked, most=20).newest
        mailed = {seen.posting_id for seen in newest if chance.random() < 0.5}
        found = columns.kinds(asked, newest, mailed, most=3)
        fits = [posting for posting in opened if outcome_of(asked, posting) == "match"]
        fit = Counter(map(first, fits))
        weighed = [posting for posting in fits if posting.posting.posting_id in _ids(newest)]
        likely = Counter(first(posting) for posting in weighed if posting.posting.posting_id in mailed)
        assert {kind.role: (kind.fit, kind.mailed) for kind in found.kinds} == {
            role: (fit[role], likely[role])
            for role in sorted(fit.keys() - {""}, key=lambda role: (-likely[role], -fit[role], role))[:3]
        }
        assert sum(kind.fit for kind in found.kinds) + found.others + found.untold == len(fits)
        assert found.untold == fit[""]
        for kind in found.kinds:
            assert kind.weighed == sum(first(posting) == kind.role for posting in weighed)
            assert {*kind.titles} <= {posting.posting.title for posting in fits if first(posting) == kind.role}
            assert kind.titles
        unwanted = ROLES_NONE.without(asked).criteria
        assert dict(found.left_out) == {
            role: sum(first(posting) == role and outcome_of(unwanted, posting) == "match" for posting in opened)
            for role in asked.roles.none
        }
        more = dict(found.beside)
        assert [count for _, count in found.beside] == sorted(more.values(), reverse=True)
        for role in ROLES_ANY.beside(asked):
            wider = ROLES_ANY.adding(asked, role).criteria
            assert more.get(role, 0) == sum(outcome_of(wider, posting) == "match" for posting in opened) - len(fits)


def test_what_a_skill_opens_is_said_to_pay_more_where_ten_of_either_say_what_they_pay() -> None:
    def job(number: int, skill: str, top: int | None, *others: str) -> Past:
        named = tuple(Skill(name=name, core=True) for name in (skill, *others))
        paid = Salary(min=top, currency="EUR", period="year", annual_min=top, tops={"EUR": top}) if top else None
        made = posting(f"{skill} {number}", skills=named, salary=paid)
        return Past(made, made.seen_at)

    asked = Criteria(skills=SkillTerms(any=("Kubernetes",)))
    own = [job(at, "Kubernetes", 50_000 + at, *(("Terraform",) if at < 5 else ())) for at in range(12)]
    for openings, percent in ((10, 20), (9, None)):
        columns = PastInColumns()
        columns.put([*own, *(job(at, "Terraform", 60_000 if at < openings else None) for at in range(11))])
        opening = next(
            opening for opening in columns.fitting(asked, 1, currency="EUR").openings if opening.skill == "Terraform"
        )
        assert (opening.more, opening.pay_percent) == (11, percent)
