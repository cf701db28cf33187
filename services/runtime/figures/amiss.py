"""Whether what a source gives is amiss though its polls go well: by what is kept of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from schemas.counted import counted
from schemas.giving import LAST_JOBS, OWN_WORDS, REST_OVER_WEEKENDS, Giving, stood_still

WEEKS: Final = timedelta(weeks=3)
"""So long without any movement is no pause, of a source that moved for weeks before."""
MOVED_FOR: Final = timedelta(weeks=4)
MOVES: Final = 8
"""So many movements over so long tell how often a source moves."""
PUSHES_REST: Final = timedelta(days=3)
"""So long without a push is no pause, of a board that pushed for weeks before: a weekend is shorter."""
LONGER: Final = 4
"""Times the longest wait that it ever had between two movements."""
MANY_ENDED: Final = 10
"""So many postings are not past their end all at once, unless their dates are misread."""
MANY_UNSAID: Final = 20
UNSAID_POLLS: Final = 3
"""So many new postings in a row, of so many polls at least: one employer may list much at once, and leave something
out."""
REPLACED_POLLS: Final = 3
"""After an outage one listing, or two, may hold nothing that was known."""

PART_OF: Final = {"opening": "text", "whole text": "text", "page": "link"}
"""What goes where the other goes, and is told with it; alone, each row still has the other."""
_SAID: Final = {
    "date": "a date that has come",
    "whole text": "more than a few sentences",
    "opening": "beginning of their texts",
    "page": "page behind their links",
}
_DIFFER: Final = {"pay": "known postings have another pay", "town": "known postings are in other towns"}

Why = Literal["unread", "replaced", "ended", "stale", "barren"]
"""`unread`: of many of its rows nothing can be read, of none what half of them said, of many not their pay, or pages of
it are left unasked, or its links lead elsewhere;
`replaced`: poll after poll lists hardly anything that was known, or known ids became other jobs; `ended`: all that it
lists is past its end; `stale`: it lists the same for ever, or nothing is pushed any more; `barren`: it lists nothing
that is taken."""


@dataclass(frozen=True, slots=True)
class Amiss:
    """What is amiss with what a source gives."""

    why: Why
    since: datetime
    longest: timedelta = timedelta()
    """Of one that is stale: it never took longer before."""
    number: int = 0
    """Of unread ones the rows, of replaced ones the polls, else the postings that are past their end."""
    lost: tuple[str, ...] = ()
    """Of an unread one, what none of its rows says any more: pay, place, date, and what each has of its own."""
    unsaid: int = 0
    """Of an unread one, new postings in a row that lack all that is lost, where known ones say it."""
    renamed: int = 0
    """Of a replaced one, known postings that may be other jobs now."""
    differ: str = ""
    """In what most of these differ from before: title, pay or town."""
    odd_pay: int = 0
    """Of an unread one, the postings that state a pay that nobody earns, as one in cents, or in thousands."""
    cut: bool = False
    """Of an unread one, pages of its complete listing are left unasked."""
    led: tuple[str, str] = ("", "")
    """Of an unread one, the host that its links led to, and that they lead to now."""
    ran_out: bool = False
    """Of a barren one, that it had its last jobs before."""
    pushes: bool = False
    """Of a stale one, that nothing is pushed any more."""

    @property
    def all_lost(self) -> str:
        """What none of its rows says, in words."""
        lost = [name for name in self.lost if PART_OF.get(name) not in self.lost]
        same = " or ".join(_SAID.get(name, name) for name in lost if name in OWN_WORDS)
        unsaid = " or ".join(_SAID.get(name, f"its {name}") for name in lost if name not in OWN_WORDS)
        if self.unsaid:
            said = " or ".join(_SAID.get(name, name).removeprefix("its ") for name in lost)
            return f"none of the last {self.unsaid:,} new ones says {said}, as nearly all did before"
        parts = (f"none says {unsaid} any more" * bool(unsaid), f"all have the same {same}, or none" * bool(same))
        return ", and ".join(filter(None, parts))

    @property
    def said(self) -> str:
        """As a remark beside the source."""
        words = {
            "unread": "pages of it are left unasked"
            if self.cut
            else f"its links lead to {self.led[1]}, and led to {self.led[0]},"
            if self.led[0]
            else f"{self.all_lost},"
            if self.lost
            else f"{counted(self.odd_pay, 'posting')} state a pay that nobody earns,"
            if self.odd_pay
            else f"nothing can be read of {counted(self.number, 'row')}",
            "replaced": f"{_DIFFER.get(self.differ, 'known ids are other jobs')} ({self.renamed:,}),"
            if self.renamed
            else "each poll lists hardly anything that was known,",
            "stale": "nothing is pushed" if self.pushes else "it lists the same",
            "ended": (over := f"all that it lists is past its end ({self.number:,}),"),
            "barren": over if self.number else "it lists nothing",
        }
        return f"{words[self.why]} since {self.since:%Y-%m-%d %H:%M}Z"


def amiss(giving: Giving, seen_at: datetime, silence: timedelta | None, accepted: datetime | None) -> Amiss | None:
    """Decide it by what was seen last.

    `silence`: for how long the source may give nothing; None of one that is pushed. `accepted`: when an operator said
    that it is right, which counts until it was otherwise for once.
    """
    for found, lasts in _suspected(giving, silence):
        # The longest wait is known without the turns of the year. What pushed over weekends too is a program.
        rests = found.why == "stale" and (not found.pushes or found.longest >= REST_OVER_WEEKENDS)
        passed = stood_still(found.since, seen_at) if rests else seen_at - found.since
        if passed >= lasts and (accepted is None or accepted < found.since):
            return found
    return None


def _suspected(giving: Giving, silence: timedelta | None) -> Iterator[tuple[Amiss, timedelta]]:
    """What may be amiss, the worst first, and for how long it may be so."""
    if giving.cut_since is not None:
        yield Amiss("unread", giving.cut_since, cut=True), timedelta()
    if giving.unread_since is not None:
        yield Amiss("unread", giving.unread_since, number=giving.unread), timedelta()
    if giving.lost_since is not None:
        yield Amiss("unread", giving.lost_since, lost=giving.lost), timedelta()
    yield from _unsaid(giving)
    if giving.other_host_since is not None:
        yield Amiss("unread", giving.other_host_since, led=(giving.host, giving.other_host)), timedelta()
    if giving.odd_pay_since is not None:
        yield Amiss("unread", giving.odd_pay_since, odd_pay=giving.odd_pay), timedelta()
    if giving.renamed_since is not None:
        yield Amiss("replaced", giving.renamed_since, renamed=giving.renamed, differ=giving.differ), timedelta()
    if giving.replaced_since is not None and giving.replaced >= REPLACED_POLLS:
        yield Amiss("replaced", giving.replaced_since, number=giving.replaced), timedelta()
    if giving.nothing_since is not None:
        if giving.ended >= MANY_ENDED:
            yield Amiss("ended", giving.nothing_since, number=giving.ended), timedelta()
        else:
            ran_out = 0 < giving.lately <= LAST_JOBS
            barren = Amiss("barren", giving.nothing_since, number=giving.ended, ran_out=ran_out)
            yield barren, silence or timedelta.max
    elif giving.moved_at is not None and _has_moved(giving):
        longest, pushes = giving.longest, silence is None
        lasts = PUSHES_REST if silence is None else max(WEEKS, silence)
        yield Amiss("stale", giving.moved_at, longest, pushes=pushes), max(lasts, LONGER * longest)


def _unsaid(giving: Giving) -> Iterator[tuple[Amiss, timedelta]]:
    many = {
        name: run
        for name, run in giving.unsaid.items()
        if run.number >= MANY_UNSAID and run.polls >= UNSAID_POLLS and name not in giving.lost
    }
    if many:
        since, number = min(run.since for run in many.values()), min(run.number for run in many.values())
        yield Amiss("unread", since, lost=tuple(sorted(many)), unsaid=number), timedelta()


def rest_of(giving: Giving) -> timedelta:
    """The longest that a source stood still; nothing of one that moved too rarely to tell."""
    return giving.longest if _has_moved(giving) else timedelta()


def _has_moved(giving: Giving) -> bool:
    """Whether it moved often enough, for long enough, to tell how often it does."""
    if giving.began is None or giving.moved_at is None:
        return False
    return giving.moves >= MOVES and giving.moved_at - giving.began >= MOVED_FOR
