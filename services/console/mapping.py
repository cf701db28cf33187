"""A feed is mapped, or the mapping of a source changed: a value of a row, a tree, is pressed and said what it is.

All that is chosen is in the form, so that nothing is kept between its pages and no script is needed. Only what an
address served is kept for some minutes, so that each press does not ask for it again.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from cachetools import TTLCache
from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from schemas.posting import Posting
from services.console.door import ConsoleDoor
from services.console.sources import require_web
from services.runtime.errors import UsageError
from services.usecases import mapping_feeds, remapping
from services.usecases.mapping_feeds import FIELDS, Choice, FoundPath, Survey, SurveyedRow, rule_of

_MOST_BODY: Final = 1_200_000
"""Bytes of a form, in which a sample is encoded."""
_MOST_SAMPLE: Final = 400_000
_MOST_TEXT: Final = 2_000
_ACTS: Final = ("show", "try", "save")
_OF_SOURCES: Final = (*_ACTS, "undo")
_DATES: Final = ("posted_at", "expires_at")
_ONE_PAGE: Final = ("", "", "", "")
_OURS: Final = ("source_id", "title")
_ROWS: Final = 50
_KEPT_FOR_S: Final = 300.0
_MOST_KEPT: Final = 32 * 2**20


@dataclass(frozen=True)
class _Given:
    """What the form says."""

    act: str
    url: str
    name: str
    every: str
    sample: str
    items: str | None
    """None where nobody chose yet where the rows are."""
    complete: bool
    pages: tuple[str, str, str, str]
    """How pages are followed, where what leads to the next stands, by which parameter, and a number."""
    fields: Mapping[str, Choice]
    """By field: the path chosen, the text of one's own, and how dates are written."""
    row: int = 0
    """The row that is shown as a tree."""
    at: str = ""
    """The path of the value of it that was pressed."""
    named: str | None = None
    """The field that it was said to be, empty for nothing; None where nothing was said of it."""
    source: str = ""
    """That which is there, and whose mapping is changed; empty for a feed that is new."""
    digest: str = ""
    """Of the file of that mapping, as it was shown."""

    @property
    def kept_as(self) -> str:
        """By what its body is kept."""
        return f"source {self.source}" if self.source else self.url


@dataclass(frozen=True)
class _Choice:
    """A field of ours, as the form shows it."""

    name: str
    about: str
    path: str
    text: str
    date: str | None
    """None of a field that is no date."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of a row's tree: a value, or what lies below a name."""

    name: str
    leaf: FoundPath | None = None
    called: Sequence[str] = ()
    """The fields of ours that come from the value."""
    below: list["Branch"] = field(default_factory=list)


class _Bodies:
    """What addresses served a moment ago."""

    def __init__(self) -> None:
        self._kept: TTLCache[str, bytes] = TTLCache(_MOST_KEPT, _KEPT_FOR_S, getsizeof=len)
        self._lock = threading.Lock()

    def has(self, name: str) -> bool:
        with self._lock:
            return name in self._kept

    def of(self, name: str, read: Callable[[], bytes], *, anew: bool) -> bytes:
        with self._lock:
            kept = None if anew else self._kept.get(name)
        if kept is not None:
            return kept
        body = read()
        if len(body) <= _MOST_KEPT:
            with self._lock:
                self._kept[name] = body
        return body


def routes(door: ConsoleDoor) -> APIRouter:
    """`/mapping`."""
    router = APIRouter()
    bodies = _Bodies()

    @router.get("/mapping")
    async def begin(request: Request) -> Response:
        """Asks for a feed's address, or some of its items."""
        operator = door.access.operator(request)
        asked = {name: request.query_params.get(name, "")[:_MOST_TEXT] for name in ("url", "name", "every")}
        empty = _Given(
            "show", asked["url"], asked["name"], asked["every"], "", None, complete=False, pages=_ONE_PAGE, fields={}
        )
        return door.show(request, "mapping", operator, values=_mapping_values(empty))

    @router.post("/mapping")
    async def map_feed(request: Request) -> Response:
        """Show what a feed holds, try a mapping, or save it with its source."""
        operator = door.access.operator(request)
        if int(request.headers.get("content-length") or _MOST_BODY + 1) > _MOST_BODY:
            raise HTTPException(413)
        form = await request.form()
        given = _typed_form(form)
        door.access.check_form(request, operator, _text(form, "token"))
        if given.act not in (_OF_SOURCES if given.source else _ACTS):
            raise HTTPException(400)
        is_press = given.act == "try" and bool((given.sample and not given.source) or bodies.has(given.kept_as))
        if is_press:
            door.access.check_trials()
        else:
            door.access.check_reads()
        work = partial(_remapped if given.source else _mapped, door, bodies, given)
        act = "save mapped source" if given.act == "save" and not given.source else f"{given.act} mapping"
        try:
            # A press of which nobody else hears is no act: there are dozens of them to a mapping.
            done = (
                door.work(work) if is_press else door.act(operator, act, given.source or given.name or "a feed", work)
            )
            values = await done
        except UsageError as error:
            return door.show(request, "mapping", operator, 400, _mapping_values(given) | {"fault": str(error)})
        return door.show(request, "mapping", operator, 400 if values["fault"] else 200, values)

    return router


def _typed_form(form: FormData) -> _Given:
    sample = _text(form, "sample", _MOST_SAMPLE)
    fields = {
        name: (_text(form, f"from.{name}"), _text(form, f"text.{name}"), _text(form, f"date.{name}")) for name in FIELDS
    }
    # A value that is said to be something, or another row, is tried at once.
    act = "try" if "is" in form or "act" not in form else _text(form, "act")
    return _Given(
        act, _text(form, "url"), _text(form, "name"), _text(form, "every"), sample,
        _text(form, "items") if "items" in form else None, "complete" in form,
        (_text(form, "pages"), _text(form, "pages.at"), _text(form, "pages.parameter"), _text(form, "pages.number")),
        fields, _number(form, "row"), _text(form, "at"), _text(form, "is", 100) if "is" in form else None,
        _text(form, "source", 100), _text(form, "digest", 100),
    )  # fmt: skip


def _text(form: FormData, name: str, most: int = _MOST_TEXT) -> str:
    """Raises HTTPException 400 for what is too long, or a file."""
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise HTTPException(400)
    return value.strip()


def _number(form: FormData, name: str) -> int:
    given = [text for text in form.getlist(name) if isinstance(text, str)]
    return int(given[-1]) % _ROWS if given and given[-1].isascii() and given[-1].isdigit() and len(given[-1]) < 4 else 0


def _mapping_values(given: _Given) -> dict[str, Any]:
    texts, lists = (
        dict.fromkeys(("file", "fault", "added"), ""),
        dict.fromkeys(("choices", "tree", "firsts", "more"), ()),
    )
    return {
        "given": given, "fields": FIELDS, "becomes": {}, **texts, **lists,
        **dict.fromkeys(("found", "tried", "mapped", "changes")),
    }  # fmt: skip


def _mapped(door: ConsoleDoor, bodies: _Bodies, given: _Given) -> dict[str, Any]:
    """Raises UsageError for what cannot be read; other faults stand in what it gives, beside what was chosen."""
    now = door.clock()
    if not given.sample:
        require_web(given.url)
    fetch = partial(mapping_feeds.fetched, door.installation.settings.ingest, given.url, now)
    body = given.sample.encode() if given.sample else bodies.of(given.url, fetch, anew=given.act != "try")
    found = mapping_feeds.survey(body, given.items)
    chosen = given.fields if given.named is None else _named(given)
    if given.act == "show" or given.row >= found.rows:
        given = replace(given, row=0, at="")
    if given.act == "show":
        chosen = {name: (found.guesses.get(name, ""), "", "") for name in FIELDS}
        given = replace(given, pages=("next", found.next_at, "", "") if found.next_at else _ONE_PAGE)
    row = mapping_feeds.row_at(found, given.row)
    values = _mapping_values(given) | _beside(given, found, row, chosen)
    rules = {name: rule for name, choice in chosen.items() if (rule := rule_of(choice)) is not None}
    try:
        pages = mapping_feeds.paging(*given.pages)
        mapping = mapping_feeds.table(found, rules, complete=given.complete, pages=pages)
        if lacking := [name for name in _OURS if name not in rules]:
            if given.act == "show":
                return values
            raise UsageError(f"choose where {' and '.join(lacking)} comes from: without that a row is no posting")
        values |= _what_comes_of(body, mapping, now, given.url, row)
        if given.act == "save":
            values["added"] = _saved(door, given, mapping)
    except UsageError as error:
        values["fault"] = str(error)
    return values


def _remapped(door: ConsoleDoor, bodies: _Bodies, given: _Given) -> dict[str, Any]:
    """The same of a source that is there: what is not chosen otherwise stays as its file has it."""
    now, ingest = door.clock(), door.installation.settings.ingest
    mapped = remapping.mapped_source(ingest, door.file, given.source)
    changed = f"{mapped.file} is changed. Restart what is running to use it."
    values = _mapping_values(given) | {"mapped": mapped}
    try:
        if given.act == "undo":
            # Nothing is read after it: what is done must not be said to have failed.
            remapping.undo(mapped)
            return values | {"added": changed}
        mapping = mapped.mapping
        if given.act == "show":
            given = replace(given, fields=remapping.chosen_in(mapped.table), row=0, at="", digest=mapped.digest)
        elif given.named is not None:
            given = replace(given, fields=_named(given))
        values["given"] = given  # What was chosen stays where nothing can be read.
        fetch = partial(remapping.body_of, ingest, mapped.source, now)
        body = bodies.of(given.kept_as, fetch, anew=given.act in ("show", "save"))
        found = mapping_feeds.survey_by(body, mapping)
        if given.row >= found.rows:
            given = replace(given, row=0, at="")
        row = mapping_feeds.row_at(found, given.row)
        values |= _beside(given, found, row, given.fields) | {"more": remapping.said_more(mapped.table)}
        table = remapping.changed(mapped.table, given.fields)
        values |= _what_comes_of(body, table, now, mapped.source.url, row)
        if table != mapped.table:
            values["changes"] = remapping.changes(body, mapped.table, table, now)
        if given.act == "save":
            if not values["tried"].postings or table == mapped.table:
                raise UsageError("it would give no posting" if table != mapped.table else "nothing was changed")
            digest = remapping.save(mapped, table, given.digest)
            values |= {"added": changed, "given": replace(given, digest=digest)}
    except UsageError as error:
        values["fault"] = str(error)
    return values


def _beside(given: _Given, found: Survey, row: SurveyedRow, chosen: Mapping[str, Choice]) -> dict[str, Any]:
    """What the page shows of the feed and a row of it."""
    paths = {name: path for name, (path, text, _) in chosen.items() if path and not text}
    choices = [_choice(name, chosen[name]) for name in FIELDS]
    return {"given": given, "found": found, "choices": choices, "tree": _tree(row.values, paths)}


def _what_comes_of(
    body: bytes, mapping: Mapping[str, Any], now: datetime, url: str, row: SurveyedRow
) -> dict[str, Any]:
    tried = mapping_feeds.tried(body, mapping, now, url, row.place)
    becomes = mapping_feeds.said_of(tried.of_row) if isinstance(tried.of_row, Posting) else {}
    firsts = [mapping_feeds.said_of(posting) for posting in tried.first]
    return {"tried": tried, "becomes": becomes, "firsts": firsts, "file": mapping_feeds.text_of(mapping)}


def _named(given: _Given) -> Mapping[str, Choice]:
    """The choices with what was said of a value: that it is a field of ours, or none. Raises UsageError."""
    if not given.at:
        raise UsageError("press a value of the row first, then say what it is")
    if given.named:
        if given.named not in FIELDS:
            raise HTTPException(400)
        return {**given.fields, given.named: (given.at, "", given.fields[given.named][2])}
    return {
        name: ("", text, date) if path == given.at else (path, text, date)
        for name, (path, text, date) in given.fields.items()
    }


def _tree(row: Sequence[FoundPath], chosen: Mapping[str, str]) -> list[Branch]:
    """A row's values below the names that lead to them, in its order."""
    top: list[Branch] = []
    for leaf in row:
        *names, last = leaf.path.split(".")
        below = top
        for name in names:
            branch = next((known for known in below if known.name == name and known.leaf is None), None)
            if branch is None:
                below.append(branch := Branch(name))
            below = branch.below
        below.append(Branch(last, leaf, [name for name, path in chosen.items() if path == leaf.path]))
    return top


def _choice(name: str, chosen: Choice) -> _Choice:
    path, text, date = chosen
    return _Choice(name, FIELDS[name], path, text, date if name in _DATES else None)


def _saved(door: ConsoleDoor, given: _Given, mapping: Mapping[str, Any]) -> str:
    if not given.name:
        raise UsageError("give it a name: it is part of the id of every posting, and stays")
    if not given.url:
        raise UsageError("give the address at which the feed is polled: a sample is no source")
    require_web(given.url)
    if door.file is None or not door.file.is_file():
        raise UsageError("there is no settings file to add it to; `jobchime config init` writes one")
    settings = door.installation.settings.ingest
    written = mapping_feeds.save(
        settings, door.file, given.name, given.url, mapping, every=given.every or None, now=door.clock()
    )
    return f"Added {given.name} to {door.file}, mapped by {written}. Restart what is running, so that it is polled."
