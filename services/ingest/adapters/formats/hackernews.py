"""Hacker News' monthly "Who is hiring?" by Algolia's API: one comment on the thread itself is one posting."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.comment_titles import names_a_role, roles_listed, roles_sought, words
from services.ingest.adapters.formats.fields import plain, stated, text_of
from services.ingest.adapters.formats.hiring_line import HiringLine, read_line
from services.ingest.adapters.formats.json_peek import Peek, peek, peek_text
from services.ingest.adapters.formats.json_rows import rows
from services.ingest.domain.draft import Draft
from services.ingest.ports import Broken, JsonObject, Skip
from services.rules.text import collapsed

_FIELD = "first line"
_TREE = "children"
_KEPT = ("objectID", "comment_text", "created_at", "created_at_i", "parent_id", "story_id", "story_title")
"""Not whose comment it is: a name among the tags, and in what Algolia highlights, would come along otherwise."""
_MOST_TITLE = 200
_MOST_ROLES = 3
_MOST_LINES = 200
_MOST_GREETING = 3
"""Lines among which the one with parts is looked for, where the very first has none."""
_MOST_COMMENT = 20_000
"""Characters of a comment whose lines are looked at; the longest of 299 real ones has 3,300."""
_BREAK = re.compile(r"<p>|</p>|<br\s*/?>|<pre>|\n|\r", re.IGNORECASE)
_OTHER_THREAD = re.compile(r"wants? to be hired|seeking freelancer", re.IGNORECASE)
_SEEKS_WORK = r"\W{0,3}{seeks_work}"
_HIRING = r"(?:{is}|{we_are})\s+(?:\w+\s+){0,3}(?:{seeks}|{grows})|^\W{0,3}(?:{seeks}|{grows})|{opens}"
_QUESTION = re.compile(r"^[^.!|]{0,300}\?")


class HackerNews(Board):
    """GET https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_{id}, and /api/v1/items/{id}."""

    def detects(self, body: bytes) -> bool:
        """By a comment's members; a page without by its count of pages, a thread by being an `Ask HN`."""
        seen = peek(body, self.array)
        if seen.firsts:
            return {"comment_text", "objectID", "parent_id"} <= seen.firsts[0].keys()
        return _is_tree(seen) or {"hits", "nbPages", "hitsPerPage"} <= seen.wrapper.keys()

    def rows(self, text: str) -> Iterator[Any | Broken | Skip]:
        """The hits of a page, or the comments of a thread in their form."""
        seen = peek_text(text, self.array)
        if not _is_tree(seen):
            yield from rows(text, self.array)
            return
        for row in rows(text, _TREE):
            yield _as_hit(row, seen) if isinstance(row, dict) else row

    def item(self, row: JsonObject) -> Part:
        """Skip answers to postings, other threads, and what tells of no opening."""
        kept = {name: row[name] for name in _KEPT if name in row}
        source_id = text_of(row.get("objectID"))
        why = _no_posting(kept) if source_id else None
        return Skip(why, source_id) if why else identified(source_id, kept, field="objectID")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; its first line says what other feeds have fields for."""
        lines = _lines(text_of(data.get("comment_text")))
        line = read_line(lines[0] if lines else "")
        draft = super().draft({**data, "title": _title(line, lines), "company": line.company})
        return replace(
            draft,
            company_url=line.link,
            locations=stated(_FIELD, *line.places),
            workplace=stated(_FIELD, line.workplace),
            pay_text=stated(_FIELD, *line.pay),
            employment=stated(_FIELD, *line.employment),
            headquarters=stated(_FIELD, *line.texts("seat")),
        )


def _is_tree(seen: Peek) -> bool:
    return {"type", "title", _TREE} <= seen.wrapper.keys() and "hits" not in seen.wrapper


def _as_hit(row: JsonObject, thread: Peek) -> JsonObject:
    """A comment of a thread in the form of a hit: `id` and `text` are called otherwise there."""
    story = thread.wrapper
    return {
        **{name: row[name] for name in ("created_at", "created_at_i", "parent_id", "story_id") if name in row},
        "objectID": text_of(row.get("id")),
        "comment_text": row.get("text"),
        "story_title": text_of(story.get("title")),
    }


def _no_posting(row: JsonObject) -> str | None:
    """Why a comment is no posting; None where it is one."""
    comment = text_of(row.get("comment_text"))
    parent, story = text_of(row.get("parent_id")), text_of(row.get("story_id"))
    if parent and story and parent != story:
        return "an answer to another comment"
    if _OTHER_THREAD.search(text_of(row.get("story_title"))):
        return "a comment of a thread of people who seek work"
    if not comment:
        return "a comment without a text, as deleted ones are, or a story"
    lines = _lines(comment)
    if not lines or words(_SEEKS_WORK).match(lines[0]) or _greets_and_seeks_work(lines):
        return "a comment of somebody who seeks work"
    return None if _tells_of_an_opening(lines) else "a comment that tells of no opening"


def _greets_and_seeks_work(lines: list[str]) -> bool:
    """Whether one who names no job by a first line of parts says soon that they look for work."""
    return "|" not in lines[0] and words("{seeks_work_said}").search(" ".join(lines[:_MOST_GREETING])) is not None


def _tells_of_an_opening(lines: list[str]) -> bool:
    if "|" not in lines[0] and _QUESTION.match(lines[0]):
        return False
    if read_line(lines[0]).is_opening:
        return True
    opening = " ".join(lines)[:2_000]
    return words(_HIRING).search(opening) is not None or (len(lines[0]) <= 100 and names_a_role(lines[0]))


def _title(line: HiringLine, lines: list[str]) -> str:
    """The roles of the line; else those that further lines name or sentences seek; else what the line says."""
    further = () if line.texts("role") else lines[1:_MOST_LINES]
    below = roles_listed(further, _MOST_ROLES) or roles_sought(" ".join(further))
    return (", ".join(below or line.titles) or line.line)[:_MOST_TITLE].strip()


def _lines(comment: str) -> list[str]:
    """The lines of a comment as plain text, without empty ones, from the one that is written as a first line is."""
    lines = [line for part in _BREAK.split(comment[:_MOST_COMMENT]) if (line := _plain(part))]
    if not lines or "|" in lines[0]:
        return lines
    parted = (
        at for at, line in enumerate(lines[:_MOST_GREETING]) if line.count("|") > 1 and read_line(line).is_opening
    )
    return lines[next(parted, 0) :]


def _plain(piece: str) -> str:
    if "<" not in piece:
        return plain(piece)
    try:
        element = etree.fromstring(f"<div>{piece}</div>", etree.HTMLParser())
    except (etree.LxmlError, ValueError):
        return plain(piece)
    return "" if element is None else collapsed("".join(map(str, element.itertext())))
