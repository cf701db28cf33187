"""Curation as docs/curation.md says it, as plainly as can be: all pairs compared, nothing remembered or looked up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.criteria import SalaryFloor
from schemas.posting import Cluster, PostingCore
from services.notifier.domain.curation.all_demands import demands_of
from services.notifier.domain.curation.chance.answers import answered
from services.notifier.domain.curation.chance.model import chance_of
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.preferred_places import preferred_of
from services.notifier.domain.curation.score import score, states_pay
from services.notifier.domain.curation.wishes import signs_of, wish_of
from services.notifier.domain.model import AnnualPay, Candidate, DueSearch, FoundBy, Recipient, SentItem
from services.notifier.domain.selectivity import bar_for
from services.notifier.domain.weights import Chance, Doubt
from services.rules.money import annual
from services.rules.prepared import PreparedPosting
from services.rules.signature import fold_company, likeness, same_job
from services.rules.titles import fold_title
from services.rules.verdict import Verdict, near_miss, verdict


@dataclass(frozen=True)
class Chosen:
    """A job by its id, with the searches that it fits, by id, and its score."""

    posting_id: str
    searches: tuple[str, ...]
    score: float
    again: bool


@dataclass(frozen=True)
class Naive:
    """What a digest would hold; no items where nothing is sent."""

    items: tuple[Chosen, ...]
    near: tuple[Chosen, ...]
    rest: tuple[str, ...]
    unlikely: frozenset[frozenset[str]]
    """The cards of what fits and is below the bar, also where nothing is sent."""


@dataclass
class _Job:
    posting: PostingCore
    searches: dict[str, DueSearch]
    fits: str
    found: list[FoundBy]
    score: float = 0.0
    fit: float = 0.0
    chance: float = 0.0
    tenth: int = 0
    again: bool = False
    doubts: frozenset[Doubt] = frozenset()


def naive_curation(
    recipient: Recipient,
    candidates: Iterable[Candidate],
    sent: Sequence[SentItem],
    due_at: datetime,
    settings: CurateSettings,
) -> Naive:
    """The jobs of one digest, in order."""
    jobs = [job for job in _newest(candidates) if _is_news(job.posting, recipient, due_at, settings)]
    jobs = [job for job in jobs if _is_for_who_speaks(job, recipient)]
    for job in jobs:
        _judge(job)
    kept: list[_Job] = []
    below: list[_Job] = []
    for group in _same_jobs([job for job in jobs if job.fits]):
        best = group[0]
        for other in group[1:]:
            best.searches |= other.searches
        _judge(best)
        before = [item for item in sent if any(_was(item, job.posting) for job in group)]
        if before:
            best.again = best.fits == "match" and _is_raised_above_a_floor(best, before)
        if not before or best.again:
            best.tenth, best.score, best.fit = max(_scores(best, due_at, recipient))
            best.chance, best.doubts = _best_chance(best, due_at, recipient)
            # Nobody asked for a near miss: it needs what a mail needs.
            near = settings.least_mail_chance if best.fits == "near" else 0.0
            bar = bar_for(recipient.selectivity, max(settings.least_chance, near))
            (kept if best.chance >= bar else below).append(best)
    kept.sort(key=_rank)
    shown: list[_Job] = []
    items, rest = _take(_cards([job for job in kept if job.fits == "match"]), settings.most_items, shown, settings)
    near, _ = _take(_cards([job for job in kept if job.fits == "near"]), settings.most_near, shown, settings)
    below.sort(key=lambda job: (-job.chance, job.posting.posting_id))
    unlikely = frozenset(
        frozenset(job.posting.posting_id for job in card)
        for card in _cards([job for job in below if job.fits == "match"])
    )
    if not items:
        return Naive((), (), (), unlikely)
    left = tuple(job.posting.posting_id for job in rest)
    return Naive(tuple(map(_chosen, items)), tuple(map(_chosen, near)), left, unlikely)


def _rank(job: _Job) -> tuple[float, float, float, float, str]:
    return (-job.tenth, -job.score, -job.fit, -job.posting.seen_at.timestamp(), job.posting.posting_id)


def _newest(candidates: Iterable[Candidate]) -> list[_Job]:
    jobs: dict[str, _Job] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.posting.version):
        job = jobs.setdefault(candidate.posting.posting_id, _Job(candidate.posting, {}, "", []))
        job.posting = candidate.posting
        job.searches |= {search.search_id: search for search in candidate.searches}
    return list(jobs.values())


def _is_news(posting: PostingCore, recipient: Recipient, due_at: datetime, settings: CurateSettings) -> bool:
    return (
        posting.status == "open"
        and not posting.backlog
        and not (posting.expires_at and posting.expires_at <= due_at)
        and due_at - posting.seen_at <= settings.stale_after
        and fold_company(posting.company.name) not in recipient.hidden_companies
        and posting.cluster.key not in recipient.not_relevant
    )


def _is_for_who_speaks(job: _Job, recipient: Recipient) -> bool:
    """Each need is met by one language at most a level below; what says nothing is written in one that is spoken."""
    own = dict(recipient.speaks)
    needs = [need for need in job.posting.languages if need.need == "needed"]
    asked = [code for search in job.searches.values() for code in search.criteria.languages]
    return not own or (
        all(any(code in own and _is_level(own[code], need.level) for code in need.any) for need in needs)
        and (bool(job.posting.languages) or job.posting.language in (None, *own, *asked))
    )


def _is_level(own: str | None, asked: str | None) -> bool:
    rank = {"basic": 0, "working": 1, "fluent": 2, "native": 3}
    return own is None or asked is None or rank[asked] - rank[own] <= 1


def _judge(job: _Job) -> None:
    found = [FoundBy(search, _verdict(search, job.posting)) for search in job.searches.values()]
    outcomes = {judged.verdict.outcome for judged in found}
    job.fits = "match" if "match" in outcomes else "near" if "near" in outcomes else ""
    job.found = [judged for judged in found if judged.verdict.outcome == job.fits]


def _verdict(search: DueSearch, posting: PostingCore) -> Verdict:
    """What one criterion alone keeps out, and by a little, is a near miss."""
    found, by = verdict(search.criteria, posting), near_miss(search.criteria, PreparedPosting(posting))
    return found.nearly(by) if by is not None and found.outcome == "reject" else found


def _scores(job: _Job, due_at: datetime, recipient: Recipient) -> Iterator[tuple[int, float, float]]:
    """The tenth of chance for each search that it fits, the score, and of that the fit."""
    for found, chance in zip(job.found, _chances(job, recipient, due_at), strict=True):
        scored = score(
            JudgedPosting(found.search.criteria, PostingFeatures(job.posting)),
            due_at,
            found.search.preferred_places,
        )
        yield int(round(10 * chance.value, 3)), scored.total, scored.parts[0].points


def _chances(job: _Job, recipient: Recipient, due_at: datetime) -> Iterator[Chance]:
    for found in job.found:
        judged = JudgedPosting(found.search.criteria, PostingFeatures(job.posting))
        wish = wish_of(found.search.criteria, found.search.name, signs_of(recipient))
        yield chance_of(judged, wish, answered(recipient.answers, judged.ready, due_at))


def _best_chance(job: _Job, due_at: datetime, recipient: Recipient) -> tuple[float, frozenset[Doubt]]:
    """With what speaks against the job. Of equal ones that of the search which the job suits best."""
    scores = [(-tenth, -points, -fit) for tenth, points, fit in _scores(job, due_at, recipient)]
    names = [(found.search.name, found.search.search_id) for found in job.found]
    _, best = min(
        zip(scores, names, _chances(job, recipient, due_at), strict=True), key=lambda of: (-of[2].value, *of[:2])
    )[1:]
    return best.value, frozenset(against.doubt for against in best.against)


def _same_jobs(jobs: list[_Job]) -> list[list[_Job]]:
    """The best copy first: one that fits whole, states its pay, is direct, is new. The others go to the first alike."""
    groups: list[list[_Job]] = []
    for job in sorted(jobs, key=_preference):
        group = next((known for known in groups if _is_one_job(known[0].posting, job.posting)), None)
        if group is None:
            groups.append([job])
        else:
            group.append(job)
    return groups


def _is_one_job(one: PostingCore, other: PostingCore) -> bool:
    """The same job, or all but the title the same."""
    if same_job(one.cluster, other.cluster):
        return True
    keys = [posting.cluster.key.split("-") for posting in (one, other)]
    (company, _, *place), (its_company, _, *its_place) = keys
    of_one = (company, place, one.cluster.signature, one.roles, one.seniority, one.languages, one.workplace, one.towns)
    of_other = (
        its_company, its_place, other.cluster.signature, other.roles, other.seniority, other.languages,
        other.workplace, other.towns,
    )  # fmt: skip
    told = len(place) == 3 and one.roles and one.cluster.signature
    return bool(told) and of_one == of_other and one.description_text.split() == other.description_text.split()


def _preference(job: _Job) -> tuple[object, ...]:
    posting = job.posting
    return (
        job.fits != "match",
        not states_pay(posting),
        posting.attribution is not None,
        -posting.seen_at.timestamp(),
        posting.posting_id,
    )


def _was(item: SentItem, posting: PostingCore) -> bool:
    cluster = Cluster(key=item.cluster_key, signature=item.signature)
    return item.posting_id == posting.posting_id or same_job(cluster, posting.cluster)


def _is_raised_above_a_floor(job: _Job, before: Sequence[SentItem]) -> bool:
    return (
        all(item.near for item in before)
        and all(is_higher(job.posting, item.pay) for item in before if item.pay is not None)
        and any(is_above_floor(job.posting, found.search.criteria.salary_floor) for found in job.found)
    )


def is_higher(posting: PostingCore, before: AnnualPay) -> bool:
    """Whether a posting pays more by the year than it did, and not for the exchange rate alone."""
    top = _top(posting, before.currency)
    same = posting.salary is not None and posting.salary.currency == before.currency
    return top is not None and (top > before.amount if same else top >= 1.05 * before.amount)


def is_above_floor(posting: PostingCore, floor: SalaryFloor | None) -> bool:
    """Whether there is a floor, and a posting's pay by the year reaches it."""
    if floor is None:
        return False
    top, needed = _top(posting, floor.currency), annual(floor.amount, floor.period)
    return top is not None and needed is not None and top >= needed


def _top(posting: PostingCore, currency: str) -> int | None:
    return posting.salary.tops.get(currency) if posting.salary else None


def _cards(ranked: list[_Job]) -> list[list[_Job]]:
    """One job in at most eight places is one card."""
    cards: list[list[_Job]] = []
    for job in ranked:
        of_it = [card for card in cards if len(card) < 8 and all(_is_elsewhere(job, other) for other in card)]
        told = [card for card in of_it if _is_told_alike(job, card[0])]
        if told:
            told[0].append(job)
        else:
            cards.append([job])
    return cards


def _is_elsewhere(job: _Job, other: _Job) -> bool:
    return "" not in (_place(job), _place(other)) and _place(job) != _place(other)


def _place(job: _Job) -> str:
    reach = job.posting.reach
    named = [*reach.groups, *reach.countries, *reach.subdivisions]
    return "" if reach.excluded else " ".join(map(str, job.posting.towns or named))


def _is_told_alike(job: _Job, other: _Job) -> bool:
    return (
        _is_of_company(job, other)
        and _reads_like(job, other)
        and _told(job) == _told(other)
        and not (job.again or other.again)
    )


def _told(job: _Job) -> dict[str, object]:
    posting = job.posting
    told = {"asked": demands_of(posting)} | posting.model_dump(
        include={
            "timezones",
            "seniority",
            "forms",
            "employment",
            "hours",
            "language",
            "languages",
            "attribution",
            "visa",
        }
    )
    reasons = {
        found.search.search_id: [
            reason
            for reason in found.verdict.reasons
            if reason.criterion not in ("place", "near") or reason.fit != "yes"
        ]
        for found in job.found
    }
    preferred = {
        found.search.search_id: preferred_of(found.search.preferred_places, PostingFeatures(posting))
        for found in job.found
    }
    of_place = ("place", "home", "region", "elsewhere")
    doubts = {doubt for doubt in job.doubts if doubt.fact not in of_place}
    return told | {"reasons": reasons, "preferred": preferred, "doubts": doubts}


def _take(
    cards: list[list[_Job]], most: int, shown: list[_Job], settings: CurateSettings
) -> tuple[list[_Job], list[_Job]]:
    """The first of a card takes the place of all."""
    taken: list[list[_Job]] = []
    for card in cards:
        of_company = sum(_is_of_company(card[0], other) for other in shown)
        reads_alike = sum(_reads_like(card[0], other) for other in shown)
        if len(taken) < most and of_company < settings.most_per_company and reads_alike < settings.most_alike:
            taken.append(card)
            shown.append(card[0])
    for card in cards:
        if len(taken) < most and card not in taken:
            taken.append(card)
            shown.append(card[0])
    taken.sort(key=lambda card: _rank(card[0]))
    return [job for card in taken for job in card], [job for card in cards if card not in taken for job in card]


def _is_of_company(job: _Job, other: _Job) -> bool:
    name = fold_company(job.posting.company.name)
    return bool(name) and name == fold_company(other.posting.company.name)


def _reads_like(job: _Job, other: _Job) -> bool:
    same_title = fold_title(job.posting.title) == fold_title(other.posting.title)
    return same_title and likeness(job.posting.cluster.signature, other.posting.cluster.signature) >= 0.5


def _chosen(job: _Job) -> Chosen:
    searches = tuple(sorted(found.search.search_id for found in job.found))
    return Chosen(job.posting.posting_id, searches, job.score, job.again)
