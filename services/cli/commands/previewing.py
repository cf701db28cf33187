"""`jobchime preview`: a subscriber's next digest, or what a search finds for them, with why each job is where it is."""

from typing import Annotated, Any

import typer

from services.cli.asked import asked_for
from services.cli.opened import open_installation, warn
from services.cli.options import AsJson, Config, Now, Person, moment
from services.cli.output import no_mail_line, print_json
from services.cli.weighed import chance_json, parts_json
from services.runtime.errors import UsageError
from services.usecases import accounts, previews
from services.usecases.accounts import Selectivity
from services.usecases.explaining import bar_of
from services.usecases.installation import Installation
from services.usecases.previews import Digest, Dropped, Hold, Item, WaitingJob
from services.usecases.wording import cause_line, chance_line, hold_line, one_line, why_here


def preview(
    person: Person,
    search: Annotated[
        str | None,
        typer.Option("--search", help="Show what a search finds: its id, or a JSON file of criteria."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, help="With --search: how many days to look back. Default: 30 (matcher.indexed_days)."
        ),
    ] = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Also show what was left out, and why.")] = False,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Show what the next digest would hold if it was built now, and why each job is where it is.

    With --search, show what a search finds among the postings of the last days. It need not be saved yet.
    """
    if days is not None and search is None:
        raise UsageError("--days needs --search: a digest always looks back to the one before")
    installation, at = open_installation(config, create=False), moment(now)
    if search is None:
        digest = previews.next_digest(installation, person, at)
        of, about, head = digest.outcome, _waits_json(digest), _waits_lines(digest)
        _show(of, _bars_of(installation, of.recipient.selectivity), about, head, dropped=dropped, as_json=as_json)
        return
    # Who is not subscribed is said before a search is read.
    subscriber = accounts.find(installation, person).subscriber_id
    found = previews.found_by(installation, subscriber, asked_for(search, config), days, at, tell=warn)
    of, about, head = found.outcome, _found_json(found), _found_lines(found)
    _show(of, _bars_of(installation, of.recipient.selectivity), about, head, dropped=dropped, as_json=as_json)


def _bars_of(installation: Installation, selectivity: Selectivity) -> tuple[float, float]:
    """Of jobs, and of near misses."""
    return bar_of(installation, selectivity), bar_of(installation, selectivity, near=True)


def _show(
    made: Digest | Hold,
    bars: tuple[float, float],
    about: dict[str, Any],
    head: list[str],
    *,
    dropped: bool,
    as_json: bool,
) -> None:
    own = made.recipient.selectivity
    if as_json:
        print_json({"bar": bars[0], "near_bar": bars[1], "selectivity": own} | about | _as_json(made))
        return
    by = "" if own == "usual" else f", of which they want {'all' if own == 'all' else f'a {own} choice'}"
    of_job, of_near = bars
    below = f"Below a chance of {of_job:.0%} nothing is sent, below {of_near:.0%} no near miss (notifier.curate{by})."
    typer.echo("\n".join([*head, *_lines(made, dropped), "", below]))


def _waits_json(digest: previews.DigestPreview) -> dict[str, Any]:
    until = digest.instant_waits_until
    return {"instant_waits_until": until and until.isoformat(), "suppressed": digest.suppressed}


def _waits_lines(digest: previews.DigestPreview) -> list[str]:
    until, most = digest.instant_waits_until, digest.most_instant
    lines = [f"Note: {no_mail_line(digest.suppressed)}", ""] if digest.suppressed is not None else []
    if until is None:
        return lines
    return [
        *lines,
        f"Instant mails: the {most} of today are out; what comes waits until {until:%Y-%m-%d %H:%M} UTC.",
        "",
    ]


def _found_json(found: previews.SearchPreview) -> dict[str, Any]:
    return {"found": {"days": found.days, "fit": found.fitting, "nearly": found.near, "more": found.more}}


def _found_lines(found: previews.SearchPreview) -> list[str]:
    least = "at least " if found.more else ""
    counted = f"{least}{found.fitting:,} fit, and {least}{found.near:,} nearly"
    return [f"Of the postings of the last {found.days} days {counted}.", ""]


def _lines(made: Digest | Hold, dropped: bool) -> list[str]:
    lines = [f"No mail: {hold_line(made.cause)}."] if isinstance(made, Hold) else _of_digest(made)
    if dropped and made.dropped:
        lines += ["", "Left out:", *map(_left_line, made.dropped)]
    return lines


def _of_digest(made: Digest) -> list[str]:
    lines = [line for place, item in enumerate(made.items, 1) for line in _of_item(item, f"{place}.")]
    if made.near:
        lines += ["", "Near misses:", *(line for item in made.near for line in _of_item(item, "~"))]
    if made.rest:
        lines += ["", f"{len(made.rest)} more fit, for which there is no room:"]
        why = {beyond.posting_id: cause_line(beyond.cause) for beyond in made.beyond}
        lines += [f"  {item.score:5.1f}  {_name(item)}: {why[item.posting.posting_id]}" for item in made.rest]
    return lines


def _of_item(item: Item, mark: str) -> list[str]:
    found_by = ", ".join(f"“{one_line(found.search.name, 60)}”" for found in item.found_by)
    lines = [f"{mark:<3} {item.score:.1f}  {_name(item)}  ({item.posting.posting_id}, found by {found_by})"]
    return [*lines, *(f"        {one_line(line, 200)}" for line in (*why_here(item), chance_line(item.chance)))]


def _name(item: Item | WaitingJob) -> str:
    return f"{one_line(item.posting.title, 80)}, {one_line(item.posting.company.name, 60)}"


def _as_json(made: Digest | Hold) -> dict[str, Any]:
    if isinstance(made, Hold):
        return {"outcome": "hold", "reason": hold_line(made.cause), "dropped": _dropped(made.dropped)}
    return {
        "outcome": "digest",
        "items": [_item(item) for item in made.items],
        "near": [_item(item) for item in made.near],
        "rest": [_waiting_json(item) for item in made.rest],
        "dropped": _dropped((*made.dropped, *made.beyond)),
    }


def _left_line(left: Dropped) -> str:
    return f"  {left.posting_id}  {one_line(cause_line(left.cause))}"


def _dropped(dropped: tuple[Dropped, ...]) -> list[dict[str, str]]:
    return [
        {"posting_id": left.posting_id, "code": left.cause.code, "reason": cause_line(left.cause)} for left in dropped
    ]


def _waiting_json(job: WaitingJob) -> dict[str, Any]:
    return _posting_json(job) | {
        "chance": chance_json(job.chance),
        "searches": [search.name for search in job.searches],
    }


def _posting_json(item: Item | WaitingJob) -> dict[str, Any]:
    return {
        "posting_id": item.posting.posting_id,
        "title": item.posting.title,
        "company": item.posting.company.name,
        "score": item.score,
    }


def _item(item: Item) -> dict[str, Any]:
    return _posting_json(item) | {
        "chance": chance_json(item.chance),
        "parts": parts_json(item.parts),
        "again": item.pay_news.code if item.pay_news else None,
        "searches": [found.search.name for found in item.found_by],
        "why": list(why_here(item)),
    }
