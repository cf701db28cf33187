"""Postings made ready to be judged and weighed, and what criteria make of them: worked out once while it is shared."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Reach
from services.notifier.domain.curation.demands import leads_people, only_overlaps, travel_asked, years_asked
from services.notifier.domain.curation.wishes import Wishes
from services.notifier.domain.model import Recipient
from services.notifier.domain.weights import Part
from services.rules.criterion import Criterion
from services.rules.languages.named import language_named
from services.rules.languages.speaking import needs_of
from services.rules.places.known import find_places, is_country, is_group, is_subdivision
from services.rules.places.placing import WORLDWIDE, Allowed
from services.rules.places.text import PlaceMention
from services.rules.places.towns import Town, known_towns
from services.rules.prepared import PreparedPosting
from services.rules.roles.taxonomy import roles
from services.rules.sections import sections_of
from services.rules.signature import candidates_key, fold_company
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import Haystack, words
from services.rules.titles import fold_title
from services.rules.verdict import Outcome, Verdict, asked_by, distance, judge, near_miss, outcome_of
from services.rules.web_address import job_address

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST_PEOPLE: Final = 2_000
"""Of so many what their searches give a sign of is held."""


class PostingFeatures(PreparedPosting):
    """A posting ready to be judged, with what curation works out of it besides; each part on first use."""

    _in_doubt: int | None = None

    @cached_property
    def implied_by_core(self) -> dict[str, tuple[str, ...]]:
        """Each parent that a core skill implies, with all core skills that imply it, by name."""
        known = taxonomy()
        implied: dict[str, tuple[str, ...]] = {}
        for name in sorted(self.core):
            for parent in known.parents(name):
                implied[parent] = (*implied.get(parent, ()), name)
        return implied

    @cached_property
    def of_work(self) -> Haystack:
        """Title and description as words, without what is offered, how to apply and what the law asks for."""
        posting = self.posting
        return Haystack.of(posting.title, sections_of(posting.description_text).of_work)

    @cached_property
    def title(self) -> Haystack:
        """The words of the title."""
        return Haystack.of(self.posting.title, "")

    @cached_property
    def traces(self) -> bytes:
        """Those of its words, title and what its description says of the work."""
        return self.of_work.traces()

    @cached_property
    def named(self) -> dict[str, int]:
        """How often it says what people can do, of few of these, in their words: many can do the same."""
        return {}

    @cached_property
    def about(self) -> dict[str, float]:
        """How far it is about what people would rather not do, of few of these, in their words."""
        return {}

    @cached_property
    def themes(self) -> dict[str, float]:
        """How far it is about themes, by their ids."""
        return {}

    @cached_property
    def signs(self) -> frozenset[str]:
        """The stems of its title, its first role and the skills that it asks for outright."""
        return self.stems_of_title.union(self.posting.roles[:1], self.asked_outright)

    @cached_property
    def _named_in_title(self) -> tuple[PlaceMention, ...]:
        return find_places(self.posting.title)

    @cached_property
    def title_parts(self) -> frozenset[str]:
        """Codes of the states and the like that the title names, or in which a town lies that it names."""
        parts = (place.subdivision or place.code for place in self._named_in_title)
        return frozenset(filter(is_subdivision, parts))

    @cached_property
    def title_codes(self) -> tuple[str, ...]:
        """The places that the title names; none where it names all the world."""
        codes = sorted({place.code for place in self._named_in_title})
        return () if WORLDWIDE in codes else tuple(codes)

    @cached_property
    def title_places(self) -> Allowed | None:
        """The same as a reach; None where there are none."""
        codes = self.title_codes
        if not codes:
            return None
        named = Reach(
            scope="listed",
            countries=tuple(filter(is_country, codes)),
            subdivisions=tuple(filter(is_subdivision, codes)),
            groups=tuple(filter(is_group, codes)),
        )
        return Allowed.of(named)

    @cached_property
    def title_languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of the languages that the title names, in English."""
        return tuple(sorted({code for word in words(self.posting.title) if (code := language_named(word))}))

    @cached_property
    def languages(self) -> tuple[tuple[str, ...], ...]:
        """Languages of which one each is needed, by what the posting says; those that its title names last."""
        named = self.title_languages
        return (*(need.any for need in needs_of(self.posting)), *((named,) if named else ()))

    @cached_property
    def _bare_title(self) -> str:
        return fold_title(self.posting.title)

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The words of the title that tell of the work."""
        return frozenset(self._bare_title.split())

    @cached_property
    def title_stems(self) -> Mapping[str, str]:
        """The words of the title that tell of the work, by their stems: no level, place, language or employer."""
        known, title = roles().vocabulary, self.posting.title
        places = (words(title[place.start : place.end]) for place in self._named_in_title)
        codes = (code.rpartition("-")[2].casefold() for code in self.hires)
        apart = known.levels.union(codes, words(self.posting.company.name), *places)
        bare = self._bare_title
        read = {word.stem: bare[word.start : word.end] for word in known.words(bare)}
        return {
            stem: word
            for stem, word in read.items()
            if apart.isdisjoint((stem, word)) and len(stem) > 1 and not stem.isdigit() and not language_named(word)
        }

    @cached_property
    def stems_of_title(self) -> frozenset[str]:
        """The same, to be held against others."""
        return frozenset(self.title_stems)

    @cached_property
    def years(self) -> int:
        """The most years of experience that a sentence of the text asks for at least; 0 where none counts them."""
        return years_asked(self.posting.description_text)

    @cached_property
    def travel(self) -> int:
        """The most per cent of their time that somebody must travel; 0 where it counts none."""
        return travel_asked(self.posting.description_text)

    @cached_property
    def leads(self) -> bool:
        """Whether its text says that whoever has it leads people."""
        return leads_people(self.posting.description_text)

    @cached_property
    def only_overlaps(self) -> bool:
        """Whether the hours that it asks for need only overlap with those of others."""
        return only_overlaps(self.posting.description_text)

    @cached_property
    def company(self) -> str:
        """The company's folded name."""
        return fold_company(self.posting.company.name)

    @cached_property
    def company_and_title(self) -> tuple[str, str]:
        """Both folded, by which it may stand on a card with others."""
        return self.company, candidates_key(self.posting.cluster.key)

    @cached_property
    def hires(self) -> frozenset[str]:
        """The places that its reach names."""
        reach = self.posting.reach
        return frozenset((*reach.groups, *reach.countries, *reach.subdivisions))

    @cached_property
    def towns(self) -> list[Town]:
        """Where work that is not remote is done, as far as the table of towns has it."""
        return known_towns(self.posting.towns)

    @cached_property
    def seen_at(self) -> datetime:
        """When the job became known."""
        return self.posting.seen_at

    @cached_property
    def seen(self) -> float:
        """The same, in seconds of POSIX time."""
        return self.seen_at.timestamp()

    def in_doubt(self, work_out: Callable[["PostingFeatures"], int]) -> int:
        """What `work_out` makes of it, which must be the same function each time."""
        if self._in_doubt is None:
            self._in_doubt = work_out(self)
        return self._in_doubt

    @cached_property
    def leads_nowhere(self) -> bool:
        """Whether it states links none of which can be followed.

        One that states none may say in its text how to apply, as what a board pushes by its description alone.
        """
        return bool(self.posting.url or self.posting.apply_url) and not job_address(self.posting)


class Weight(NamedTuple):
    """The points that a posting has for criteria at any time, see `services.notifier.domain.curation.score`."""

    fit: float
    pay: float
    stated: float
    place: float
    counts: float
    """The share for which freshness counts; it is in the other points already."""


LastingParts = tuple[Part, Part, Part, Part]
"""Fit, pay, stated and place."""


class JudgedPosting:
    """What criteria make of a posting, what misses one of them by a little a near miss, see `near_miss`.

    The outcome is known at once; what few are asked for, on first use.
    """

    __slots__ = ("_missed", "_parts", "_verdict", "_weight", "criteria", "outcome", "ready")

    def __init__(
        self, criteria: Criteria, ready: PostingFeatures, asked: Sequence[Criterion[Any]] | None = None
    ) -> None:
        """`asked` is what `asked_by` gives."""
        self.criteria = criteria
        self.ready = ready
        self.outcome: Outcome = outcome_of(criteria, ready, asked)
        self._missed = near_miss(criteria, ready, asked) if self.outcome == "reject" else None
        if self._missed is not None:
            self.outcome = "near"
        self._verdict: Verdict | None = None
        self._weight: Weight | None = None
        self._parts: LastingParts | None = None

    @property
    def is_unrecorded(self) -> bool:
        """Whether it is a near miss of which no match record tells."""
        return self._missed is not None

    @property
    def verdict(self) -> Verdict:
        """The outcome with its reasons."""
        if self._verdict is None:
            found = judge(self.criteria, self.ready)
            self._verdict = found if self._missed is None else found.nearly(self._missed)
        return self._verdict

    @property
    def off(self) -> float:
        """How far a near miss is off, by all that it misses; 0 for what fits."""
        return sum(distance(reason) for reason in self.verdict.reasons if reason.fit == "near")

    def weight(self, work_out: Callable[[Criteria, PostingFeatures], Weight]) -> Weight:
        """What `work_out` makes of criteria and posting, which must be the same function each time."""
        if self._weight is None:
            self._weight = work_out(self.criteria, self.ready)
        return self._weight

    def parts(self, work_out: Callable[["JudgedPosting"], LastingParts]) -> LastingParts:
        """Likewise."""
        if self._parts is None:
            self._parts = work_out(self)
        return self._parts


class Judging:
    """What criteria make of postings, worked out once for all who share both."""

    def __init__(self, most: int = 50_000, most_postings: int = 5_000) -> None:
        """Of pairs at most `most` are held, of 0.3 KB each, and 2 KB more where the verdict was asked for.

        `most_postings`: how many postings are; with the words of their texts they take as much memory again.
        """
        self._most = most
        self._most_postings = most_postings
        self._ready: dict[str, PostingFeatures] = {}
        self._judged: dict[tuple[int, int], JudgedPosting] = {}
        self._asked: dict[int, tuple[Criteria, tuple[Criterion[Any], ...]]] = {}
        self._wishes: dict[str, Wishes] = {}
        """By person."""

    def wishes(self, recipient: Recipient) -> Wishes:
        """What the searches of a person give a sign of, worked out once while they are the same."""
        found = self._wishes.get(recipient.subscriber_id)
        if found is None or found.of_whom is not recipient:
            make_room(self._wishes, _MOST_PEOPLE)
            found = self._wishes[recipient.subscriber_id] = Wishes(recipient)
        return found

    def ready(self, posting: PostingCore) -> PostingFeatures:
        """The posting made ready, once while it is the same."""
        ready = self._ready.get(posting.posting_id)
        if ready is None or ready.posting is not posting:
            make_room(self._ready, self._most_postings)
            ready = self._ready[posting.posting_id] = PostingFeatures(posting)
        return ready

    def of(self, criteria: Criteria, ready: PostingFeatures) -> JudgedPosting:
        """What `criteria` make of a posting."""
        # By identity: hashing criteria takes as long as judging by them. What is held here keeps its identity.
        key = (id(criteria), id(ready))
        judged = self._judged.get(key)
        if judged is not None:
            return judged
        make_room(self._judged, self._most)
        found = self._judged[key] = JudgedPosting(criteria, ready, self._asked_by(criteria))
        return found

    def keep(self, judged: JudgedPosting) -> None:
        """Take in what somebody else judged, so that it is not judged again."""
        make_room(self._judged, self._most)
        self._judged[id(judged.criteria), id(judged.ready)] = judged

    def _asked_by(self, criteria: Criteria) -> tuple[Criterion[Any], ...]:
        entry = self._asked.get(id(criteria))
        if entry is None:
            make_room(self._asked, self._most_postings)
            entry = self._asked[id(criteria)] = (criteria, asked_by(criteria))
        return entry[1]

    def forget_criteria(self) -> None:
        """Let go of what criteria make of postings, of which these stay ready: others are served next."""
        self._judged.clear()
        self._asked.clear()
        self._wishes.clear()

    def forget(self) -> None:
        """Let go of all: postings and criteria are about to be read anew."""
        self._ready.clear()
        self.forget_criteria()


def make_room(cache: dict[K, V], most: int) -> None:
    """Let go of the older half of what is held, once it is full."""
    if len(cache) >= most:
        for key in list(islice(cache, (len(cache) + 1) // 2)):
            del cache[key]
