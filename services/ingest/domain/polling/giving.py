"""How what a source gives goes on from poll to poll, so that one that gives nothing, or what is odd, is known."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from schemas.giving import OTHERS_WAIT, OWN_WORDS, Giving, Unsaid, stood_still

FEW = 10
"""So few rows say little: of a listing in which nothing could be read of them, or of one that is new."""
UNREAD = 0.1
"""The share of rows that cannot be read from which on somebody has to look: the worst board that was captured has a
hundredth."""
ODD_PAY = "odd pay"
"""Among what postings state: a pay that nobody earns."""
_BY_CHANCE = ("company", "town", "opening", "whole text")
"""What many new jobs may have in common and be right."""
LATELY = 100
"""Of what is pushed, one by one as a rule, so many postings that state a pay count at most, older ones for less."""
MUCH_ODD_PAY = 0.5
"""The share of what states a pay from which on its unit is another one, and no slip of a single posting."""
OTHERS = 0.5
"""The share of known postings that are other jobs from which on somebody has to look."""
NEW = 0.9
"""The share of a listing that is new, from which on it counts as replaced: a board may pin something."""


SAID_BY_ALL = ("pay", "place", "date", "text", "whole text", "link")
"""What new postings may lack alone, as where a board renames a field and fills the new one for what comes from then on;
of the rest of what they state no posting says whether it is its own."""
NEARLY_ALL = 0.9
"""The share of known postings that say something from which on new ones in a row do not lack it by chance."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll found."""

    listed: int
    """Postings, those past their end left out."""
    ended: int
    new: int
    unread: int
    """Rows that may be jobs, of which nothing could be read."""
    moved: bool
    """Something was new, changed or gone."""
    whole: bool
    """Its listing arrived whole, without which that nothing is listed says nothing."""
    unchanged: bool
    """The source said that it is as before, in which case nothing was listed anew, be it empty or not."""
    says: Mapping[str, int] = field(default_factory=dict)
    """How many of its postings, those past their end included, state their pay, place and date, a text that is not cut
    short, or a pay that nobody earns; and how many different `OWN_WORDS` of each kind they have."""
    said_by: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """How many known postings, and how many new ones, say what: of `says` each for itself, whatever others say."""
    known: int = 0
    renamed: int = 0
    """Known postings that differ from before as other jobs do, where these are many (`is_recycled`)."""
    differ: str = ""
    """In what most of them do: see `changed.Differs`."""
    hosts: Mapping[str, int] = field(default_factory=dict)
    """How many of its postings link to which host."""
    cut: bool = False
    """Pages of a listing that is to be complete were left unasked."""
    moved_to: str | None = None
    """Where another site has it for good; empty where it did not move, None where its server did not answer."""
    held: int = 0
    """Of what it listed, new ones that are not sent yet, as they may be another board's."""
    turns_over: bool = False
    """Its settings say that its jobs are others from one day to the next."""


def given(before: Giving, now: datetime, polled: Polled) -> Giving:
    """After one poll more."""
    nothing = before.nothing_since
    if polled.listed:
        nothing = None
    elif polled.whole and not polled.unchanged:
        nothing = nothing or now
    ended = before.ended if polled.unchanged else 0 if polled.listed else polled.ended
    cut_since = before.cut_since if polled.unchanged else (before.cut_since or now) if polled.cut else None
    moved_to = before.moved_to if polled.moved_to is None else polled.moved_to
    lately = polled.listed or before.lately
    giving = replace(before, nothing_since=nothing, ended=ended, lately=lately, cut_since=cut_since, moved_to=moved_to)
    if not polled.unchanged and (polled.whole or polled.listed or polled.unread):
        giving = _listed_anew(giving, now, polled)
    if not (polled.listed or polled.moved):
        return giving
    return _moved(giving, now) if polled.moved or giving.began is None else giving


def _moved(giving: Giving, now: datetime) -> Giving:
    if giving.began is None or giving.moved_at is None:
        return replace(giving, began=now, moved_at=now)
    longest = max(giving.longest, stood_still(giving.moved_at, now))
    return replace(giving, moved_at=max(now, giving.moved_at), moves=giving.moves + 1, longest=longest)


def pushed(before: Giving, now: datetime, says: Counter[str], *, taken: bool = True) -> Giving:
    """After more was pushed, of which so many state a pay, or one that nobody earns; a push is no listing."""
    before = _moved(before, now) if taken else before
    late = _paid_lately(before.pushed, says["pay"], says[ODD_PAY])
    return _paid(replace(before, pushed=late), now, *late)


def _paid_lately(before: tuple[int, int], paid: int, odd: int) -> tuple[int, int]:
    paid, odd = before[0] + paid, before[1] + odd
    while paid > LATELY:
        paid, odd = paid // 2, odd // 2
    return paid, odd


def _paid(before: Giving, now: datetime, paid: int, odd: int) -> Giving:
    is_odd = _is_odd(paid, odd)
    since = (before.odd_pay_since or now) if is_odd else None
    return replace(before, odd_pay=odd if is_odd else 0, odd_pay_since=since)


def is_recycled(renamed: int, known: int) -> bool:
    """Whether so many of the known postings are other jobs that somebody has to look."""
    return renamed >= max(FEW, OTHERS * known)


def others_wait(before: Giving, accepted: datetime | None, now: datetime) -> bool:
    """Whether other jobs under known ids are not sent yet: for a day, or until an operator says that they are right."""
    since = before.renamed_since or now
    return now - since < OTHERS_WAIT and (accepted is None or accepted < since)


def is_much(unread: int, listed: int) -> bool:
    """Whether so many rows of which nothing could be read say that somebody has to look."""
    return unread >= FEW and unread > UNREAD * (listed + unread)


def _listed_anew(before: Giving, now: datetime, polled: Polled) -> Giving:
    many = is_much(polled.unread, polled.listed)
    # Of a first listing all is new.
    is_new = before.began is not None and polled.new >= max(FEW, NEW * polled.listed)
    replaced = is_new and not polled.turns_over
    # Until it moves as it should: a listing that stands still since says nothing of it, unless the others were held.
    renamed, renamed_since = before.renamed, before.renamed_since
    was_held = before.renamed_since is not None and now - before.renamed_since < OTHERS_WAIT
    if polled.renamed or polled.moved or was_held:
        renamed, renamed_since = polled.renamed, (renamed_since or now) if polled.renamed else None
    return replace(
        _said_anew(before, now, polled),
        renamed=renamed,
        differ=polled.differ or before.differ,
        renamed_since=renamed_since,
        unread=polled.unread,
        unread_since=(before.unread_since or now) if many else None,
        replaced=before.replaced + 1 if replaced else 0,
        replaced_since=(before.replaced_since or now) if replaced else None,
    )


def _said_anew(before: Giving, now: datetime, polled: Polled) -> Giving:
    """What half of the rows said is said by none from one listing to the next where a field has another name.

    Words of their own are those of none where all have the same, as of a page that wants JavaScript. A few rows tell
    of nothing new, and end what was told once they say it again.
    """
    rows = polled.listed + polled.ended
    are_few = rows < FEW
    expected = before.lost if are_few else before.usual
    alike = [name for name in expected if polled.says.get(name, 0) <= (name in OWN_WORDS)]
    # Where a feed shows the newest alone, one company that lists much at once takes the place of all others.
    is_news = 2 * (polled.new + polled.held) + 2 >= rows
    lost = tuple(name for name in alike if name in before.lost or not (is_news and name in _BY_CHANCE))
    often = {name for name, number in polled.says.items() if 2 * number >= rows and name != ODD_PAY}
    known = before.lost_since if set(lost) <= set(before.lost) else None
    before = before if are_few else _linked(before, now, polled, rows)
    return replace(
        _paid_anew(before, now, polled),
        unsaid=_unsaid(before.unsaid, now, polled),
        usual=before.usual if are_few else tuple(sorted({*often, *lost})),
        lost=lost,
        lost_since=(known or now) if lost else None,
    )


def _unsaid(before: Mapping[str, Unsaid], now: datetime, polled: Polled) -> Mapping[str, Unsaid]:
    """It ends with a new posting that says it, or once all of a listing do."""
    unsaid: dict[str, Unsaid] = {}
    for name in SAID_BY_ALL:
        known, new = polled.said_by.get(name, (0, 0))
        if new or (known == polled.known >= FEW and not polled.new):
            continue
        run = before.get(name) or (Unsaid(now, 0, 0) if known >= max(FEW, NEARLY_ALL * polled.known) else None)
        if run is not None and polled.new:
            run = replace(run, number=run.number + polled.new, polls=run.polls + 1)
        if run is not None and run.number:
            unsaid[name] = run
    return unsaid


def _paid_anew(before: Giving, now: datetime, polled: Polled) -> Giving:
    """By all that is listed, or by what came new of late: of a long listing that is few for long."""
    listed = polled.says.get("pay", 0), polled.says.get(ODD_PAY, 0)
    of_new = (polled.said_by.get(name, (0, 0))[1] for name in ("pay", ODD_PAY))
    late = _paid_lately(before.pushed if listed[1] else (0, 0), *of_new)
    told = late if _is_odd(*late) and not _is_odd(*listed) else listed
    return _paid(replace(before, pushed=late), now, *told)


def _is_odd(paid: int, odd: int) -> bool:
    return odd >= max(FEW, MUCH_ODD_PAY * paid)


def _linked(before: Giving, now: datetime, polled: Polled, rows: int) -> Giving:
    """A board that moves looks like one whose name is another's by now: known jobs that all link to another host."""
    host = next((name for name, number in polled.hosts.items() if name and 2 * number >= rows), "")
    is_led_there = any(is_same_site(before.host, name) for name in polled.hosts)
    if before.host and host and not is_led_there and 2 * (polled.new + polled.held) < rows:
        since = before.other_host_since if is_same_site(before.other_host, host) else None
        return replace(before, other_host=host, other_host_since=since or now)
    return replace(before, host=host, other_host="", other_host_since=None)


def is_same_site(one: str, other: str) -> bool:
    """Whether hosts share what whoever owns one owns too, as `jobs.fern.example` and `www.fern.example` do.

    Boards and what hosts them rename what stands before it, of all jobs at once. A short label before a country's, as
    in `fern.co.uk`, counts as a part of it.
    """
    labels = one.split(".")
    depth = 3 if len(labels[-1]) == 2 and len(labels[-2:][0]) <= 3 else 2
    return labels[-depth:] == other.split(".")[-depth:]
