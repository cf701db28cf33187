"""What an operator does about what is not well at the press of a button: its label, what comes of it, and the deed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from schemas.counted import counted
from services.runtime.errors import UsageError
from services.usecases import dead_letters, mail, recovery, sources, workers
from services.usecases.dead_letters import Chosen
from services.usecases.installation import Installation
from services.usecases.overview import ByHand, Remedy
from services.usecases.progress import Progress
from services.usecases.workers import Terms

LongWork = Callable[[Installation, str, datetime, str, Progress], str]
"""Does it, what it is about, when, for whom and showing how far it is; gives what came of it in words."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done at once."""

    label: str
    """Of its button, before what it is about."""
    does: str
    """What comes of it."""
    do: Callable[[Installation, str, datetime], object]
    do_on: Callable[[Installation, str, datetime, Terms], object] | None = None
    """The same, of a pause, with what is said of it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page on which it is done to each of some."""

    label: str
    does: str
    path: str
    by: str = ""
    """The parameter by which the page is told what it is about."""

    def address(self, about: str) -> str:
        """Of the page."""
        return f"{self.path}?{self.by}={quote(about, safe='')}" if self.by and about else self.path


@dataclass(frozen=True, slots=True)
class LongAct:
    """Something that takes its time, and says how far it is."""

    label: str
    does: str
    do: LongWork
    of_all: str = ""
    """Its label where it is about all there are."""
    of_many: str = ""
    """Its label where it is about one, or so many."""
    look: str = ""
    """Of `PAGES`, where each of them is looked at first."""


def _rebuilt(installation: Installation, about: str, now: datetime, _by: str, progress: Progress) -> str:
    if about and about not in [*recovery.Index]:
        raise UsageError(f"there is no index of {about}; there are those of {' and '.join(recovery.Index)}")
    only = recovery.Index(about) if about else None
    done = list(recovery.rebuild(installation.settings, only, now, progress=progress))
    return " ".join(
        f"The index of {rebuilt.name} was built anew, and its searches go to {rebuilt.generation}." for rebuilt in done
    )


def replayed(installation: Installation, chosen: Chosen, by: str, progress: Progress) -> str:
    """Send dead letters back as they were; gives what came of it in words."""
    done = dead_letters.replay(installation.settings, chosen, again=False, by=by, progress=progress)
    said = [f"{done.sent:,} sent back; {done.skipped:,} left out, as they were replayed or discarded before."]
    if done.without_origin:
        said.append(f"{done.without_origin:,} came from a feed: the next poll of their source reads them again.")
    if done.cut:
        said.append(f"{done.cut:,} hold only the beginning of a record that was too large, and cannot be sent back.")
    return " ".join(said)


def _all_of_reason(installation: Installation, about: str, _now: datetime, by: str, progress: Progress) -> str:
    topic, _, fault = about.partition(" ")
    return replayed(installation, Chosen(topic=topic, fault=fault), by, progress)


def _each_of_state(do: Callable[[Installation, str, datetime], object], then: str) -> LongWork:
    """What is done to one source, to each that is in a state for a reason."""

    def to_each(installation: Installation, about: str, now: datetime, _by: str, progress: Progress) -> str:
        state, _, reason = about.partition(" ")
        names = sources.alike(installation, state, reason, now)
        with progress("Sources", len(names)) as advance:
            for name in names:
                do(installation, name, now)
                advance(1)
        return f"{counted(len(names), 'source')} {then}: {', '.join(names)}."

    return to_each


ACTS: Final[Mapping[str, Act | LongAct]] = {
    "pause": Act(
        "Pause",
        "It is held until it is let go on; what comes meanwhile waits, and nothing is lost.",
        lambda installation, about, now: workers.hold(installation, about, now, paused=True),
        lambda installation, about, now, terms: workers.hold(installation, about, now, paused=True, terms=terms),
    ),
    "resume": Act(
        "Go on with",
        "What waited is done first; `Pause` holds it again.",
        lambda installation, about, now: workers.hold(installation, about, now, paused=False),
    ),
    "pause source": Act(
        "Pause",
        "It is asked no more until it is let go on; its postings stay as they are.",
        lambda installation, about, now: workers.hold_source(installation, about, now, paused=True),
        lambda installation, about, now, terms: workers.hold_source(installation, about, now, paused=True, terms=terms),
    ),
    "resume source": Act(
        "Go on with",
        "It is asked again when it is next due.",
        lambda installation, about, now: workers.hold_source(installation, about, now, paused=False),
    ),
    "accept source": Act(
        "The listing is right:",
        "What it lists is taken as it is: with its next poll what it lacks closes, and what is new is mailed.",
        sources.accept,
    ),
    "poll source": Act(
        "Poll now:",
        "It is asked with the next tick, as if it were due.",
        lambda installation, about, _: sources.poll_now(installation, about),
    ),
    "poll sources": LongAct(
        "Poll now:",
        "Each is asked with the next tick, as if it were due; what comes of it stands on the page of sources.",
        _each_of_state(
            lambda installation, name, _: sources.poll_now(installation, name), "will be asked with the next tick"
        ),
        of_many="Poll {} now",
        look="show sources",
    ),
    "resume sources": LongAct(
        "Go on with:",
        "Each is asked again when it is next due.",
        _each_of_state(
            lambda installation, name, now: workers.hold_source(installation, name, now, paused=False),
            "will be asked again when next due",
        ),
        of_many="Go on with {}",
        look="show sources",
    ),
    "replay letters": LongAct(
        "Replay:",
        "Each goes back as it was to where it died, once what killed it is mended; one that dies again waits again.",
        _all_of_reason,
        of_many="Replay {}",
        look="show letters",
    ),
    "settle copy": Act(
        "It runs alone",
        "It is told no more that it may be a copy, and sending goes on.",
        lambda installation, _, now: workers.hold(installation, workers.SENDING, now, paused=False),
    ),
    "sources again": Act(
        "Send again what is open",
        "Each open posting goes out once more when its source next lists it; nobody is mailed a job twice.",
        lambda installation, about, _: sources.again(installation, about or None),
    ),
    "forget worker": Act(
        "It is gone for good: forget",
        "It is shown no more; if it lives after all, it is back with its next heartbeat.",
        workers.forget,
    ),
    "forget lost workers": Act(
        "They are gone for good: forget them",
        "They are shown no more; one that lives after all is back with its next heartbeat.",
        lambda installation, _, now: workers.forget_lost(installation, now),
    ),
    "make topics": Act(
        "Make the missing topics",
        "What is missing is made; what is there stays as it is. `jobchime topics check` says what of it is set"
        " otherwise, and how to mend that.",
        lambda installation, _about, _now: recovery.create_topics(installation.settings, only_missing=True),
    ),
    "retry mails": Act(
        "Try the mails again now",
        "Those that wait for their next try are handed over with the next tick.",
        lambda installation, _, now: mail.retry(installation, now),
    ),
    "reindex": LongAct(
        "Build anew the index of",
        "It is built beside the present one, and searched once it is whole; the stream flows on.",
        _rebuilt,
        "Build all indices anew",
    ),
}
"""By their names; what is about nothing is about all there are."""
PAGES: Final[Mapping[str, Page]] = {
    "show letters": Page(
        "Look at them", "Each with its record, to be sent back or counted as seen to.", "/letters", "topic"
    ),
    "show sources": Page("Look at them", "All sources, the worst first, each with its buttons.", "/sources"),
    "show figures": Page("Look at the figures", "What came, by the hour and day.", "/figures"),
    "show doubts": Page("Settle them", "Each with what the mail provider is asked by.", "/people#doubts"),
    "show failed mails": Page("Look at them", "The latest, each with why.", "/sending#failed"),
    "show suppressions": Page(
        "Look at them", "Whom no mail reaches, with why; one is lifted there.", "/people#suppressed"
    ),
    "show people": Page("Find one of them", "What they were mailed, and how they left.", "/people"),
}
BY_HAND: Final[Mapping[ByHand, str]] = {
    "machine": "an engine, a disk, a name, a server before it or a clock is mended where it is.",
    "process": "it takes a process that is started, stopped or looked into where it runs.",
    "settings": "settings are read at a start, from a file that is changed where it is.",
    "others": "it is with others: the mail provider, the board, or who pushes.",
    "known to you": "it takes what only you have: a file, a day, or what you found out.",
    "passes": "it passes by itself.",
    "told of elsewhere": "what is said here of another part is what to mend.",
}
"""Why there is no button."""


@dataclass(frozen=True, slots=True)
class Button:
    """What stands below a trouble."""

    label: str
    does: str
    act: str = ""
    about: str = ""
    address: str = ""
    """Of a page to go to, in the place of an act or, with one, before it."""


def button_of(remedy: Remedy | ByHand) -> Button | None:
    """None where there is none, for a reason of `BY_HAND`."""
    if not isinstance(remedy, Remedy):
        return None
    if page := PAGES.get(remedy.act):
        return Button(page.label, page.does, address=page.address(remedy.about))
    act = ACTS[remedy.act]
    if isinstance(act, LongAct) and remedy.count:
        look = PAGES[act.look].address(remedy.about.partition(" ")[0])
        these = "it" if remedy.count == 1 else f"these {remedy.count:,}"
        return Button(act.of_many.format(these), act.does, remedy.act, remedy.about, look)
    label = act.of_all if isinstance(act, LongAct) and not remedy.about else f"{act.label} {remedy.about}".strip()
    return Button(label, act.does, remedy.act, remedy.about)
