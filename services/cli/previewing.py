"""`jobchime preview`: a subscriber's next digest, were it built now, with why each job stands where it stands."""

from typing import Annotated, Any

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import print_json
from services.cli.weighed import parts_json
from services.notifier.adapters.sql.digests import SqlDigests
from services.notifier.adapters.sql.matches import SqlMatches
from services.notifier.adapters.sql.windows import SqlWindows
from services.notifier.domain.lines import one_line
from services.notifier.domain.model import Digest, Dropped, Hold, Item, Left
from services.notifier.domain.score_lines import why_here
from services.notifier.previewing import Preview
from services.runtime.errors import UsageError


def preview(
    person: Person,
    dropped: Annotated[bool, typer.Option("--dropped", help="Also what was left out, and why.")] = False,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Show what the next digest would hold, were it built now, with why each job stands where it stands."""
    opened = open_installation(config, create=False)
    subscriber_id = opened.subscribers.find(person).subscriber_id
    engine = opened.engine
    reader = Preview(
        SqlMatches(engine), SqlWindows(engine), SqlDigests(engine, opened.ids), opened.settings.notifier.curate
    )
    made = reader.of(subscriber_id, moment(now))
    if made is None:
        raise UsageError(f"{person} has no saved search that is not paused")
    if as_json:
        print_json(_as_json(made))
        return
    typer.echo("\n".join(_lines(made, dropped)))


def _lines(made: Digest | Hold, dropped: bool) -> list[str]:
    lines = [f"No mail: {made.reason}."] if isinstance(made, Hold) else _of_digest(made)
    if dropped and made.dropped:
        lines += ["", "Left out:", *(f"  {one.posting_id}  {one_line(one.reason)}" for one in made.dropped)]
    return lines


def _of_digest(made: Digest) -> list[str]:
    lines = [line for place, item in enumerate(made.items, 1) for line in _of_item(item, f"{place}.")]
    if made.near:
        lines += ["", "Near misses:", *(line for item in made.near for line in _of_item(item, "~"))]
    if made.rest:
        lines += ["", f"{made.left_out} more fit, for which there is no room:"]
        why = {one.posting_id: one.reason for one in made.beyond}
        lines += [f"  {one.score:5.1f}  {_name(one)}: {why[one.posting.posting_id]}" for one in made.rest]
    return lines


def _of_item(item: Item, mark: str) -> list[str]:
    found_by = ", ".join(f"“{one_line(found.search.name, 60)}”" for found in item.found_by)
    lines = [f"{mark:<3} {item.score:.1f}  {_name(item)}  ({item.posting.posting_id}, found by {found_by})"]
    return [*lines, *(f"        {one_line(line, 200)}" for line in why_here(item))]


def _name(item: Item | Left) -> str:
    return f"{one_line(item.posting.title, 80)}, {one_line(item.posting.company.name, 60)}"


def _as_json(made: Digest | Hold) -> dict[str, Any]:
    if isinstance(made, Hold):
        return {"outcome": "hold", "reason": made.reason, "dropped": _dropped(made.dropped)}
    return {
        "outcome": "digest",
        "items": [_item(item) for item in made.items],
        "near": [_item(item) for item in made.near],
        "rest": [_left(one) for one in made.rest],
        "dropped": _dropped((*made.dropped, *made.beyond)),
    }


def _dropped(dropped: tuple[Dropped, ...]) -> list[dict[str, str]]:
    return [{"posting_id": one.posting_id, "reason": one.reason} for one in dropped]


def _left(one: Left) -> dict[str, Any]:
    return _named(one) | {"searches": [search.name for search in one.searches]}


def _named(item: Item | Left) -> dict[str, Any]:
    return {
        "posting_id": item.posting.posting_id,
        "title": item.posting.title,
        "company": item.posting.company.name,
        "score": item.score,
    }


def _item(item: Item) -> dict[str, Any]:
    return _named(item) | {
        "parts": parts_json(item.parts),
        "again": item.again.code if item.again else None,
        "searches": [found.search.name for found in item.found_by],
        "why": list(why_here(item)),
    }
