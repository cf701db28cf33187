"""`jobchime preview`: a subscriber's next digest, or what a search finds for them, with why each job is where it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.asked import asked_for
from services.cli.finding import forward_of
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import print_json
from services.cli.weighed import parts_json
from services.notifier.adapters.sql.digests import SqlDigests
from services.notifier.adapters.sql.feedback import NOTHING, feedback_of
from services.notifier.adapters.sql.matches import SqlMatches
from services.notifier.adapters.sql.past_postings import SqlPastPostings
from services.notifier.adapters.sql.windows import SqlWindows
from services.notifier.domain.lines import one_line
from services.notifier.domain.model import Digest, Dropped, DueSearch, Hold, Item, Left, Recipient
from services.notifier.domain.people import Subscriber
from services.notifier.domain.schedule import waits_until
from services.notifier.domain.score_lines import why_here
from services.notifier.previewing import Preview, SearchPreview, preview_search
from services.runtime.errors import UsageError
from services.runtime.store import reading
from services.usecases.installation import Installation as Opened


def preview(
    person: Person,
    search: Annotated[
        str | None,
        typer.Option("--search", help="Show what this finds: a saved search's id, or a JSON file of criteria."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, help="With --search, how far to look back; by default 30, see matcher.indexed_days."
        ),
    ] = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Also what was left out, and why.")] = False,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Show what the next digest would hold, were it built now, with why each job stands where it stands.

    With --search, what a search finds among the postings of the last days, also before it is saved.
    """
    if days is not None and search is None:
        raise UsageError("--days is for --search: a digest looks back to the one before")
    opened, at = open_installation(config, create=False), moment(now)
    subscriber = opened.subscribers.find(person)
    found = None if search is None else _of_search(opened, subscriber, _asked(search, config, opened), days, at)
    made = found.preview.outcome if found else _next_digest(opened, subscriber, at)
    waits = None if found else _waits_until(opened, subscriber, at)
    if as_json:
        until = {} if found else {"instant_waits_until": waits and waits.isoformat()}
        print_json((found.as_json() if found else {}) | until | _as_json(made))
        return
    typer.echo("\n".join([*(found.lines() if found else ()), *_capped(opened, waits), *_lines(made, dropped)]))


def _waits_until(opened: Opened, subscriber: Subscriber, now: datetime) -> datetime | None:
    """When instant searches are served again whose mails of the day are out; None where they do not wait."""
    own = [one for one in opened.searches.all(subscriber.subscriber_id) if not one.paused]
    waits = (waits_until(one.timing.cadence, one.next_due_at, now) for one in own)
    return max(filter(None, waits), default=None)


def _capped(opened: Opened, until: datetime | None) -> list[str]:
    if until is None:
        return []
    most = opened.settings.notifier.most_instant
    return [f"Instant mails: the {most} of today are out; what comes waits until {until:%Y-%m-%d %H:%M} UTC.", ""]


def _next_digest(opened: Opened, subscriber: Subscriber, now: datetime) -> Digest | Hold:
    engine = opened.engine
    reader = Preview(
        SqlMatches(engine), SqlWindows(engine), SqlDigests(engine, opened.ids), opened.settings.notifier.curate
    )
    made = reader.of(subscriber.subscriber_id, now)
    if made is None:
        raise UsageError(f"{subscriber.profile.address} has no saved search that is not paused")
    return made


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search finds, and in how many days."""

    days: int
    preview: SearchPreview

    def lines(self) -> list[str]:
        of, least = self.preview, "at least " if self.preview.more else ""
        counted = f"{least}{of.fitting:,} fit, and {least}{of.near:,} nearly"
        return [f"Of the postings of the last {self.days} days {counted}.", ""]

    def as_json(self) -> dict[str, Any]:
        of = self.preview
        return {"found": {"days": self.days, "fit": of.fitting, "nearly": of.near, "more": of.more}}


def _of_search(opened: Opened, subscriber: Subscriber, search: DueSearch, days: int | None, now: datetime) -> _Found:
    matcher = opened.settings.matcher
    looked = days or matcher.indexed.days
    if looked > matcher.indexed.days:
        raise UsageError(f"postings are held for previews for {matcher.indexed.days} days: ask for no more")
    since, curating = now - timedelta(days=looked), opened.settings.notifier.curate
    with forward_of(opened.settings, SqlPastPostings(opened.engine), _tell) as forward:
        recipient, most = _recipient(opened, subscriber), matcher.backwards_most
        return _Found(looked, preview_search(forward, recipient, search, since, most, now, curating))


def _asked(search: str, config: Path | None, opened: Opened) -> DueSearch:
    """By the name that it has, or that its file has."""
    terms = asked_for(search, config)
    return DueSearch("preview", terms.name, "daily", terms.criteria, terms.preferred_places)


def _recipient(opened: Opened, subscriber: Subscriber) -> Recipient:
    own_id, profile = subscriber.subscriber_id, subscriber.profile
    with reading(opened.engine) as connection:
        said = feedback_of(connection, [own_id]).get(own_id, NOTHING)
    return Recipient(
        subscriber_id=own_id,
        address=profile.address,
        name=profile.name,
        time_zone=profile.time_zone,
        currency=profile.currency,
        locale=profile.locale,
        hidden_companies=said.hidden_companies,
        not_relevant=said.not_relevant,
        said=said.said,
    )


def _tell(sentence: str) -> None:
    typer.echo(f"jobchime: {sentence}", err=True)


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
