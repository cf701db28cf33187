"""What is not well for readers though all that runs is: by settings, or by a list, they get nothing. Pure."""

from collections.abc import Iterator

from schemas.counted import counted
from services.overview.stream.model import Remedy, Trouble
from services.overview.stream.spans import stamp
from services.runtime.figures.cut_off import Nowhere, is_all_held
from services.runtime.figures.stream import StoreFigures

_NOWHERE: dict[Nowhere, tuple[str, str]] = {
    "folder": (
        'mail.mailer is "folder": mails are kept on this machine and reach nobody',
        "set mail.mailer to what it was",
    ),
    "sandbox": (
        "mail.sendgrid.sandbox is on: SendGrid takes each mail and sends none",
        "turn it off",
    ),
    "warm_up": (
        "the warm-up plan has not begun: no digest is built before",
        "mend mail.warm_up.since, or take it out",
    ),
}
"""What the settings do to all mails, and what to do about it."""


def reader_troubles(figures: StoreFigures) -> Iterator[Trouble]:
    """Readers whom nobody mails any more."""
    cut_off = figures.cut_off
    if cut_off.nowhere is not None and (cut_off.went_out or (cut_off.nowhere == "sandbox" and figures.searches)):
        what, do = _NOWHERE[cut_off.nowhere]
        before = f", where {'they' if cut_off.nobody else 'those to one reader'} did until"
        yield Trouble(
            f"{what}{before} {stamp(cut_off.went_out)}" if cut_off.went_out else what,
            f"{do}, and start anew; `jobchime config show` says where each setting is from"
            if cut_off.went_out
            else f"{do} once mails are to go out, and start anew",
            "settings",
            grave=cut_off.nobody is not None,
        )
    if cut_off.suppressed:
        yield Trouble(
            f"in a day {cut_off.suppressed:,} of {counted(cut_off.of, 'reader')} were suppressed by an operator, and"
            " are not mailed any more",
            "`jobchime suppression list` says by whom and why; those that are there by mistake: `jobchime suppression"
            " lift ADDRESS`",
            Remedy("show suppressions"),
        )
    yield from _put_off(figures)
    yield from _all_held(figures)


def _put_off(figures: StoreFigures) -> Iterator[Trouble]:
    day = figures.mail.day
    if day is not None and figures.put_off and figures.cut_off.nobody != "warm_up":
        wait = counted(figures.put_off, "subscriber waits", "subscribers wait")
        yield Trouble(
            f"{wait} until {stamp(day.until)}: the warm-up plan lets {counted(day.limit, 'mail')} go out today,"
            f" {day.begun:,} did"
            if day.limit
            else f"{wait} until {stamp(day.until)}, when the warm-up plan begins",
            "nothing: each gets one digest with all that came meanwhile; mail.warm_up in the settings is the plan",
            "passes",
            grave=False,
        )


def _all_held(figures: StoreFigures) -> Iterator[Trouble]:
    """On a small board it may be so of a day; where digests were sent all week it is not."""
    if is_all_held(figures.digests):
        before = figures.cut_off.nobody == "held"
        yield Trouble(
            f"each of the {figures.digests['hold']:,} digests of the last 24 hours was held: nothing in them was likely"
            " enough to be wanted, and nobody was mailed" + ", where some were in the week before" * before,
            "`jobchime preview SUBSCRIBER --dropped` says why of one; the bars are notifier.curate.least_chance and"
            " least_mail_chance, which each person may move for themself",
            "settings",
            grave=before,
        )
