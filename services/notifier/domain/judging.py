"""Postings made ready to be judged and weighed, and the verdicts on them: each worked out once while it is shared."""

from collections.abc import Callable
from functools import cached_property

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.model import Part
from services.rules.prepared import PreparedPosting
from services.rules.signature import fold_company
from services.rules.skills import taxonomy
from services.rules.text import Haystack
from services.rules.titles import fold_title
from services.rules.verdict import Verdict, judge

_Parts = tuple[Part, Part, Part, Part]


class Ready(PreparedPosting):
    """A posting ready to be judged, with what curation works out of it besides; each part on first use."""

    def __init__(self, posting: PostingCore) -> None:
        super().__init__(posting)
        self._once: dict[int, tuple[Criteria, _Parts]] = {}

    def once(self, criteria: Criteria, work_out: Callable[[], _Parts]) -> _Parts:
        """What criteria make of the posting, worked out the first time that these very criteria are given."""
        # By identity: hashing criteria takes as long. They are held here, and so keep their identity.
        held = self._once.get(id(criteria))
        if held is None:
            held = self._once[id(criteria)] = (criteria, work_out())
        return held[1]

    @cached_property
    def core_or_implied(self) -> frozenset[str]:
        """The core skills and what they imply."""
        return self.core.union(*(taxonomy().parents(name) for name in self.core))

    @cached_property
    def title(self) -> Haystack:
        """The words of the title."""
        return Haystack.of(self.posting.title, "")

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The words of the title that tell of the work."""
        return frozenset(fold_title(self.posting.title).split())

    @cached_property
    def company(self) -> str:
        """The company's folded name."""
        return fold_company(self.posting.company.name)


class Judging:
    """Verdicts as `services.rules.verdict` gives them, each given once to all who share criteria and posting."""

    def __init__(self, most: int = 50_000) -> None:
        """`most`: how many verdicts are held; about 2 KB each."""
        self._most = most
        self._ready: dict[str, Ready] = {}
        self._verdicts: dict[tuple[int, int], tuple[Criteria, Ready, Verdict]] = {}

    def ready(self, posting: PostingCore) -> Ready:
        """The posting made ready, once while it is the same."""
        held = self._ready.get(posting.posting_id)
        if held is None or held.posting is not posting:
            held = self._ready[posting.posting_id] = Ready(posting)
        return held

    def verdict(self, criteria: Criteria, ready: Ready) -> Verdict:
        """What `criteria` say of a posting."""
        # By identity: hashing criteria takes as long as judging by them. What is held here keeps its identity.
        own = (id(criteria), id(ready))
        held = self._verdicts.get(own)
        if held is not None:
            return held[2]
        if len(self._verdicts) >= self._most:
            self.forget()
        found = judge(criteria, ready)
        self._verdicts[own] = (criteria, ready, found)
        return found

    def forget(self) -> None:
        """Let go of all: postings and criteria are about to be read anew."""
        self._ready.clear()
        self._verdicts.clear()
