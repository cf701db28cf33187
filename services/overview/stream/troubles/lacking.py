"""What index and store lack of what they should have. Pure."""

from collections.abc import Iterator

from services.overview.stream.model import Overview, Remedy, Trouble


def lacking_troubles(overview: Overview) -> Iterator[Trouble]:
    """Of the indices first: what they lack is in the store."""
    yield from _index_is_short(overview)
    yield from _lost_postings(overview)


def _index_is_short(overview: Overview) -> Iterator[Trouble]:
    """The matcher indexes a posting before the store hears of it: what the store has, the index must have."""
    stored = overview.figures.recent_postings if overview.figures else 0
    if overview.indexed is not None and overview.indexed < stored:
        yield Trouble(
            f"the index of postings has {overview.indexed:,} of the last week, and the store has {stored:,}: new"
            " searches, previews and backtests do not find the others",
            "`jobchime reindex`",
            Remedy("reindex", "postings"),
        )
    settled = overview.figures.settled_criteria if overview.figures else 0
    if overview.indexed_criteria is not None and settled - overview.indexed_criteria > _under_way(overview):
        yield Trouble(
            f"the index of criteria has {overview.indexed_criteria:,}, and searches use {settled:,}: jobs for the"
            " others are not found, and nobody is mailed them",
            "`jobchime reindex`; `jobchime reconcile --day DAY`, for each day that it was so, sends what was missed",
            Remedy("reindex", "criteria"),
        )


def _lost_postings(overview: Overview) -> Iterator[Trouble]:
    """Rows that a hand deleted. What a service has yet to store is no such; that it stands still is told of itself."""
    found = overview.lost_postings
    # What a service that is paused has not read is in its lag too.
    on_the_way = sum(service.lag or 0 for service in overview.services) >= found.number
    if found.are_many and not on_the_way:
        yield Trouble(
            f"of {found.of:,} open postings that came within a week the store lacks {found.number:,}: rows of"
            " `postings` were deleted, or restored from an older copy, and nobody is mailed these jobs; what came"
            " since is mailed",
            "`jobchime source again` sends all that is open once more; nobody is mailed a job twice",
            Remedy("sources again"),
        )


def _under_way(overview: Overview) -> int:
    """Records that no matcher has read yet, as while it is paused or a large import goes on: all may be criteria."""
    lag = sum(service.lag or 0 for service in overview.services if service.name == "matcher")
    return lag + (overview.figures.outbox if overview.figures else 0)
