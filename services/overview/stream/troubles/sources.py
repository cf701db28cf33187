"""What is not well with sources, and what to do about it. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.giving import stood_still
from services.overview.stream.model import SOURCE_SEVERITY, ByHand, Remedy, RemedyAct, Trouble
from services.overview.stream.spans import FORGOTTEN, MOST_NAMED, ago, lasting, named_of, paused, short, stamp
from services.overview.stream.troubles.odd_sources import odd_source
from services.runtime.figures.source_readers import SourceReaders
from services.runtime.figures.sources import SourceFigures, SourceState
from services.runtime.figures.stream import StoreFigures
from services.runtime.pauses import BY_OPERATOR

LATE_POLLS = timedelta(minutes=15)
"""A poll that has been due for so long, and has not begun, is late."""
QUIET = timedelta(hours=12)
"""So long without any posting is worth a look."""
_NAMES_MOVE: tuple[SourceState, ...] = ("failing", "silent")
"""Of which it is said with why they fail where they had moved."""
_SOON = timedelta(hours=1)
"""A next poll that is further away is said, as where a board asked to be left alone for a day."""
_HANGING = "others are not held up, and it is asked again by itself; `jobchime source pause` leaves it alone"
_ITS_OWN = re.compile(
    r"""\bhttps?://\S+|(?<![\w".-])[\w-]+(?:\.[\w-]+)+(?![\w"-])|(?<!answers )(?<!HTTP )\b\d+(?:[.,]\d+)*\b"""
)
_LISTED = "`jobchime source list` names them"
_MANY: dict[SourceState, tuple[str, str]] = {
    "silent": ("are silent", f"{_LISTED}; `jobchime source check` the address of one"),
    "hanging": ("hang", f"{_LISTED}; others are not held up, and they are asked again by themselves"),
    "failing": ("fail", f"{_LISTED} with the reason of each"),
    "shrunk": (
        "lack many open postings, kept open",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` closes what is gone",
    ),
    "empty": (
        "list nothing any more, and had few open postings",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` closes what is gone",
    ),
    "unread": (
        "list many rows of which nothing, or not what they said, can be read",
        f"{_LISTED}; `jobchime source check` the address of one says why; `jobchime source accept NAME` where it is"
        " right",
    ),
    "replaced": (
        "list hardly anything that was known, or known ids as other jobs",
        f"{_LISTED} with what each does; `jobchime source check` the address of one twice: do ids or titles change?",
    ),
    "ended": (
        "list only what is past its end, of which nothing is mailed",
        f"{_LISTED}; `jobchime source check` the address of one: are its dates read rightly?",
    ),
    "stale": (
        "list the same for far longer than they ever did",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` where it is right",
    ),
    "barren": (
        "list nothing",
        f"{_LISTED}; look at their boards; `jobchime source accept NAME` where it is right",
    ),
    "paused": (f"are {BY_OPERATOR}", f"{_LISTED}; `jobchime source resume NAME`"),
}
"""Of more than a few: what they do, and what to do."""
_AT_ONCE: dict[SourceState, RemedyAct] = {
    "failing": "poll sources",
    "silent": "poll sources",
    "paused": "resume sources",
}
"""What is done about more than a few at once; of others each is looked at by itself."""


def source_troubles(
    sources: Sequence[SourceFigures], now: datetime, readers: Mapping[str, SourceReaders] | None = None
) -> Iterator[Trouble]:
    """In the order of the sources, those of one kind where the first of them stands; of single ones, whom it harms."""
    kinds: dict[SourceState, list[SourceFigures]] = {}
    for source in sources:
        kinds.setdefault(source.state, []).append(source)
    for state, some in kinds.items():
        for alike in _alike(state, some):
            if state in _MANY and len(alike) > MOST_NAMED:
                yield _many(state, alike, now)
            else:
                for source in alike:
                    harms = f"; {readers[source.name].said}" if readers and source.name in readers else ""
                    yield from (replace(each, what=each.what + harms) for each in _of_source(source, now))


def _alike(state: SourceState, some: Sequence[SourceFigures]) -> Iterator[Sequence[SourceFigures]]:
    """Those of a state, each reason that more than a few share for itself: what is done about these is one thing."""
    if state not in _AT_ONCE:
        yield some
        return
    by_reason: dict[str, list[SourceFigures]] = {}
    for source in some:
        by_reason.setdefault(_shared(source), []).append(source)
    yield from (alike for alike in by_reason.values() if len(alike) > MOST_NAMED)
    yield [source for source in some if len(by_reason[_shared(source)]) <= MOST_NAMED]


def _reason(source: SourceFigures) -> str:
    """Without addresses, hosts and numbers; a status stays, and what is quoted, as the path of a field."""
    return _ITS_OWN.sub("…", source.error or "")


def _shared(source: SourceFigures) -> str:
    """The reason of its state: paused is what an operator said, whatever went wrong before."""
    return "" if source.state == "paused" else _reason(source)


def of_reason(sources: Sequence[SourceFigures], state: str, reason: str) -> list[str]:
    """The names of those that are in a state for a reason, as a `Remedy` for many is about; a push cannot be polled."""
    return [
        source.name
        for source in sources
        if source.state == state and (state == "paused" or not source.pushed) and _shared(source) == reason
    ]


def late_polls(sources: Sequence[SourceFigures], now: datetime) -> Iterator[Trouble]:
    """Polls that should have begun long ago: one source that is late is told of as all are."""
    late = [wait for wait in (source.overdue(now) for source in sources) if wait > LATE_POLLS]
    if late:
        yield Trouble(
            f"{len(late):,} of {len(sources):,} sources have been due and are not asked,"
            f" the longest for {ago(max(late))}",
            "see how many hang; a larger ingest.polls_at_once asks more at a time, a longer `every` fewer",
            "settings",
        )


def no_sources(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """While nobody looks for anything the settings may still be written."""
    asked = [source for source in figures.sources if source.state != "off"]
    if figures.searches and asked and all(source.state == "paused" for source in asked):
        pauses = [source.pause for source in asked if source.pause]
        # What was said, or done, for the longest is what whoever did it last knows of.
        last = max(pauses, key=lambda pause: pause.terms.until or pause.since + FORGOTTEN, default=None)
        said, long = paused(last, now) if len(pauses) == len(asked) else ("", False)
        if last is not None and (long or last.is_planned(now)):
            which = "the only source is" if len(asked) == 1 else f"each of the {len(asked):,} sources is"
            yield Trouble(
                f"{which} {BY_OPERATOR}{said}: no posting comes",
                "`jobchime source resume NAME`, each",
                Remedy("resume sources", "paused", len(asked)),
                grave=long,
            )
    if figures.searches and all(source.state == "off" for source in figures.sources):
        yield Trouble(
            "no source is asked, as each is off in the settings: no posting comes"
            if figures.sources
            else "no source is in the settings, and nobody may push: no posting comes",
            "`jobchime source add` adds one; `enabled = true` lets one that is off be asked; then start anew",
            Remedy("show sources"),
        )


def left_open(figures: StoreFigures) -> Iterator[Trouble]:
    """A note, for whoever took a source out by mistake, or for good while jobs of it go on being mailed."""
    for left in figures.left_open[:MOST_NAMED]:
        yield Trouble(
            f"{counted(left.number, 'posting')} of the source {left.source}, which is"
            f" {'off' if left.is_off else 'no longer'} in the settings, may be mailed until they end, the last"
            f" on {left.until:%Y-%m-%d}: nobody learns which are gone",
            "put it back where that was a mistake; else nothing: they end by themselves",
            "settings",
            grave=False,
        )


def no_postings(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """Each source may be well and none have news, as at a weekend: a note, for whoever knows their boards."""
    polled = figures.asked
    if figures.nothing_comes:
        which = "the only source that is" if len(polled) == 1 else f"each of the {len(polled):,} sources that are"
        yield Trouble(
            f"{which} asked lists nothing, or nothing new: no posting comes",
            "`jobchime source check` reads one anew; `jobchime source add` adds one that has jobs",
            Remedy("show sources"),
        )
    rest = min((source.rested for source in polled), default=QUIET)
    last = figures.last_posting
    if polled and last is not None and (stood_still(last, now) if rest > QUIET else now - last) > max(rest, QUIET):
        yield Trouble(
            f"no posting has come for {ago(now - last)} from any source of {len(polled):,}",
            "`jobchime source list` shows what each gave last; `jobchime source check` reads one anew",
            Remedy("show sources"),
            grave=False,
        )


def of_one_source(source: SourceFigures, now: datetime) -> tuple[Trouble, ...]:
    """What is not well with it alone, as its own page says."""
    return (*_of_source(source, now), *moved_sources([source]))


def moved_sources(sources: Sequence[SourceFigures]) -> Iterator[Trouble]:
    """A note while its former address still leads there: once that is gone, the source fails."""
    moved = [source for source in sources if source.moved_to and source.state not in (*_NAMES_MOVE, "off")]
    if moved:
        which = f"the source {moved[0].name}" if len(moved) == 1 else counted(len(moved), "source")
        named = named_of([f"{source.name} to {short(source.moved_to)}" for source in moved])
        where = short(moved[0].moved_to) if len(moved) == 1 else f"another site: {named}"
        yield Trouble(
            f"{which} moved for good to {where}; nothing is lost while {'its' if len(moved) == 1 else 'their'} former"
            f" address leads there, after which {'it fails' if len(moved) == 1 else 'they fail'}",
            "set its `url` to the new address in the settings, and start anew; if that site is not its board's, ask its"
            " board",
            "settings",
            grave=False,
        )


def _moved(source: SourceFigures) -> str:
    """Where one that fails now led to: it may be there."""
    return f"; it had moved for good to {short(source.moved_to)}, which may be its `url` now" if source.moved_to else ""


def _many(state: SourceState, some: Sequence[SourceFigures], now: datetime) -> Trouble:
    what, do = _MANY[state]
    reasons = Counter(filter(None, map(_reason, some)))
    ((reason, count),) = reasons.most_common(1) or ((None, 0),)
    why = f"; {'each' if count == len(some) else f'{count:,} of them'}: {short(reason)}" if reason else ""
    names = named_of([source.name for source in some])
    over = sum(_is_over(source, now) for source in some)
    why += f"; of {over:,} the time is over until which they were to be so" if over else ""
    moved = [f"{source.name} to {short(source.moved_to)}" for source in some if source.moved_to]
    why += f"; {len(moved):,} of them had moved for good: {named_of(moved)}" if moved and state in _NAMES_MOVE else ""
    finding = f"{counted(len(some), 'source')} {what}: {names}{why}"
    remedy, shared = Remedy("show sources"), {_shared(source) for source in some}
    if (act := _AT_ONCE.get(state)) and len(shared) == 1:
        [reason] = shared
        count = len(of_reason(some, state, reason))
        remedy = Remedy(act, f"{state} {reason}".strip(), count) if count else remedy
    return Trouble(finding, do, remedy, grave=SOURCE_SEVERITY[state] == "grave" or over > 0)


def _is_over(source: SourceFigures, now: datetime) -> bool:
    """A pause of one of many holds up one board; whoever said until when has it not forgotten before."""
    return source.pause is not None and source.pause.terms.until is not None and not source.pause.is_planned(now)


def _of_source(source: SourceFigures, now: datetime) -> Iterator[Trouble]:
    since = lasting(source.error_since, source.error_at, now)
    last = f"last success {ago(now - source.last_success)} ago" if source.last_success else "never a success"
    if source.amiss is not None and source.ran_out:
        yield Trouble(
            f"the source {source.name} lists nothing any more, for {ago(now - source.amiss.since)} now, and had its"
            f" last jobs before: they are closed",
            f"nothing, if its board has no job; `jobchime source accept {source.name}` says so",
            Remedy("accept source", source.name),
            grave=False,
        )
    elif source.state == "empty" or (source.state == "silent" and source.empty_since and not source.error):
        nothing = f", for {ago(now - source.empty_since)} now" if source.empty_since else ""
        still = counted(source.lacking, "posting of it is", "postings of it are")
        yield Trouble(
            f"the source {source.name} lists nothing any more{nothing}, while {still} open"
            + _moved(source) * (source.state == "silent"),
            f"look at its board, and `jobchime source check` its address; if they are gone, `jobchime source accept"
            f" {source.name}` closes them",
            grave=source.state == "silent",
            remedy=Remedy("accept source", source.name),
        )
    elif source.state == "silent":
        why = f": {short(source.error)}{since}" if source.error else ""
        yield Trouble(
            f"the source {source.name} is silent, {last}{why}{_moved(source)}",
            "`jobchime source check` its address",
            remedy=_poll_now(source),
        )
    elif source.state == "hanging":
        yield Trouble(
            f"the source {source.name} hangs ({last}): {_hangs(source, now)}",
            _HANGING,
            Remedy("pause source", source.name),
        )
    elif source.state == "failing":
        is_far = source.next_due is not None and source.next_due - now > _SOON
        at = f" at {stamp(source.next_due)}" if source.next_due and is_far else ""
        again = "" if source.pushed else f"; it is asked again by itself{at}"
        wait = counted(source.held, "new posting waits", "new postings wait")
        held = f"; {wait}, as what it lists may be another board's" * bool(source.held)
        accept = f"; `jobchime source accept {source.name}` mails what waits, if it is its own" * bool(source.held)
        yield Trouble(
            f"the source {source.name} fails ({last}): {short(source.error or '')}{since}{held}{_moved(source)}",
            f"read the reason{again}{accept}",
            remedy=_poll_now(source),
        )
    elif source.state == "shrunk":
        yield _shrunk(source)
    elif source.only_amiss is not None:
        yield odd_source(source, source.only_amiss, now)
    elif source.state == "paused":
        yield Trouble(
            f"the source {source.name} is {BY_OPERATOR}{paused(source.pause, now)[0]}",
            f"`jobchime source resume {source.name}`",
            grave=_is_over(source, now),
            remedy=Remedy("resume source", source.name),
        )


def _shrunk(source: SourceFigures) -> Trouble:
    """Where others stand in place of what it lacks, they may be another board's."""
    lacking = counted(source.lacking, "open posting")
    accept = f"`jobchime source accept {source.name}` closes what is gone"
    if source.held:
        new = counted(source.held, "new posting")
        what = (
            f"the source {source.name} may list another board's jobs: it lists {new}, which nobody is mailed yet, and"
            f" lacks {lacking}, kept open"
        )
        do = (
            f"look at its board: if the new ones are its own, {accept} and mails them; if not, mend its address within"
            " a day, after which they are mailed; if its jobs are others each day, as shifts, set `turns_over`"
        )
    else:
        what = f"the source {source.name} lists {source.items:,} and lacks {lacking}, kept open"
        do = f"look at its board: if these are gone, {accept}"
    return Trouble(what, do, remedy=Remedy("accept source", source.name))


def _poll_now(source: SourceFigures) -> Remedy | ByHand:
    """For whoever has mended it and would wait for as long as it backs off."""
    return "others" if source.pushed else Remedy("poll source", source.name)


def _hangs(source: SourceFigures, now: datetime) -> str:
    asked = [f"being asked for {ago(now - source.asked_since)}"] if source.asked_since else []
    before = [f"{counted(source.hangs, 'poll in a row', 'polls in a row')} ran out of time"] if source.hangs else []
    return "; ".join((*asked, *before, *([short(source.error)] if source.error else [])))
