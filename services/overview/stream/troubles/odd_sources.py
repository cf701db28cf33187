"""What is odd in what a source gives though its polls go well, and what to do about it. Pure."""

from datetime import datetime

from schemas.counted import counted
from schemas.giving import OTHERS_WAIT
from services.overview.stream.model import SOURCE_SEVERITY, Remedy, Trouble
from services.overview.stream.spans import ago, short, stamp
from services.runtime.figures.amiss import PART_OF, Amiss
from services.runtime.figures.sources import SourceFigures

_OTHER_JOBS = "became other jobs under the same ids, or got other titles"
_ASK_TITLES = (
    "`jobchime source check` its address: do its ids number its rows, and are its titles those of jobs? Map what stays"
    " with a job, as its link"
)
_DIFFER = {
    "pay": "got a pay four times as high or as low as before and more, in the same currency for the same period",
    "town": "got other towns than before",
}
"""In what known postings differ, and what to say of it; of any other they may be other jobs."""
_SINCE = {"pay": "searches find them by that pay", "town": "searches find them there"}
_ASK = {
    "pay": "`jobchime source check` its address: is the pay of a month given as that of a year? Ask its board, or mend"
    " the currency or period of its mapping",
    "town": "`jobchime source check` its address: are the jobs there? Ask its board, or mend its mapping",
}


def odd_source(source: SourceFigures, found: Amiss, now: datetime) -> Trouble:
    """That a listing is empty may be right for months, as of a small company; anything else is not."""
    lasts = ago(now - found.since)
    skipped = f" ({short(source.notes)})" if source.notes else ""
    over = (
        f"of the source {source.name} all {found.number:,} postings are past their end, for {lasts} now: none is mailed"
    )
    odd_pay = (
        f"of the source {source.name} {counted(found.odd_pay, 'posting states', 'postings state')} a pay that nobody"
        f" earns, as in cents or thousands, for {lasts} now: it is read as none, and who asks for a pay gets none of"
        " them"
    )
    words = {
        "unread": f"the source {source.name} lists more pages than are asked for, for {lasts} now: what stands on the"
        f" others does not come, and nothing of it is closed{skipped}"
        if found.cut
        else f"all links of the source {source.name} lead to {found.led[1]}, and led to {found.led[0]} before, for"
        f" {lasts} now: its board moved, or its name is another's"
        if found.led[0]
        else odd_pay
        if found.odd_pay
        else f"of the source {source.name} {found.all_lost}, for {lasts} now"
        if found.unsaid
        else f"the source {source.name} gives {counted(source.items, 'posting')}, and {found.all_lost},"
        f" unlike half and more before, for {lasts} now"
        if found.lost
        else f"the source {source.name} gives {counted(source.items, 'posting')}, and of"
        f" {counted(found.number, 'row')} nothing can be read, for {lasts} now{skipped}",
        "replaced": f"of the source {source.name} {counted(found.renamed, 'known posting')}"
        f" {_DIFFER.get(found.differ, _OTHER_JOBS)}, {lasts} ago: "
        + (
            f"they stay as they were, and are not mailed as they are now, until {stamp(found.since + OTHERS_WAIT)}"
            if now - found.since < OTHERS_WAIT
            else _SINCE.get(found.differ, "whoever was mailed what an id was before is not mailed what it is now")
        )
        if found.renamed
        else f"the source {source.name} listed hardly anything that was known at each of its last"
        f" {found.number:,} polls: its ids change, or jobs come and go between two polls and are missed",
        "ended": over,
        "barren": over if found.number else f"the source {source.name} has listed nothing for {lasts}{skipped}",
        "stale": f"the source {source.name} {'was pushed nothing' if found.pushes else 'lists the same'} for {lasts},"
        f" and never {'was' if found.pushes else 'did'} for longer than {ago(found.longest)} before",
    }
    look_at_board = "look at its board, and `jobchime source check` its address"
    look = {
        "unread": "a larger `max_pages` of the source asks for more; if its pages never end, `complete = false`"
        if found.cut
        else f"press a link of one of its jobs; if it leads to no job, `jobchime source pause {source.name}`"
        if found.led[0]
        else "ask its board for whole amounts"
        + ", or mend the currency or period of its mapping: `jobchime source check` its address shows one"
        * (not source.pushed)
        if found.odd_pay
        else f"read one of its jobs, and press its link: map another field, or ask its board; `jobchime source pause"
        f" {source.name}` holds what comes meanwhile"
        if found.lost and PART_OF.keys() >= {*found.lost}
        else "`jobchime source check` its address says what the rows lack: mend its mapping",
        "replaced": _ASK.get(found.differ, _ASK_TITLES)
        if found.renamed
        else "`jobchime source check` its address twice: the same jobs under other ids want another id mapped,"
        " other jobs a shorter `every`",
        "ended": "look at its board, and `jobchime source check` its address: are its dates read rightly?",
        "stale": "ask its board whether what pushes runs" if found.pushes else look_at_board,
    }.get(found.why, look_at_board)
    return Trouble(
        words[found.why],
        f"{look}; if it is right, `jobchime source accept {source.name}`",
        grave=SOURCE_SEVERITY[found.why] == "grave",
        remedy=Remedy("accept source", source.name),
    )
