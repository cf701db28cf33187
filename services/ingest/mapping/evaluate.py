"""From a rule and a row to the values that were stated, each with the path that it came by."""

import html
from collections.abc import Iterable

from services.ingest.domain.draft import Stated
from services.ingest.mapping.paths import Kind, is_of_feed
from services.ingest.mapping.rows import Row
from services.ingest.mapping.settings import ValueRule
from services.ingest.mapping.template import fill, template_paths
from services.ingest.mapping.written_dates import read_written

MOST_VALUES = 200
"""Of one field of one row."""


class MappedRow:
    """A row and what its feed says around it."""

    def __init__(self, kind: Kind, row: Row, feed: dict[str, list[str]]) -> None:
        self.kind = kind
        self.row = row
        self._feed = feed

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        """What a path finds, in the row or around it."""
        return self._feed.get(path, []) if is_of_feed(self.kind, path) else self.row.texts(path, markup=markup)

    def values(self, rule: ValueRule, *, markup: bool = False) -> tuple[Stated, ...]:
        """What a rule gives, as stated."""
        found = [one for one in self._found(rule, markup=markup) if one.text][:MOST_VALUES]
        if not found and rule.default is not None:
            found = [Stated("default", rule.default)]
        if rule.join is not None and len(found) > 1:
            return (Stated(found[0].field, rule.join.join(one.text for one in found)),)
        return tuple(found)

    def first(self, rule: ValueRule | None) -> str:
        """The first text that a rule gives, or ""."""
        values = () if rule is None else self.values(rule)
        return values[0].text if values else ""

    def _found(self, rule: ValueRule, *, markup: bool) -> Iterable[Stated]:
        meanings = {name.casefold(): meaning for name, meaning in rule.values.items()}
        for stated in self._served(rule, markup=markup):
            text = _narrowed(stated.text, rule)
            parts = [text] if rule.split is None else text.split(rule.split)
            for part in parts:
                meant = meanings.get(part.strip().casefold(), part.strip())
                # A date that is not of its form stays as it is, so that the evidence shows it.
                yield Stated(stated.field, (read_written(meant, rule.date) if rule.date else None) or meant)

    def _served(self, rule: ValueRule, *, markup: bool) -> list[Stated]:
        if rule.constant is not None:
            return [Stated("constant", rule.constant)]
        for template in rule.template:
            if joined := fill(template, lambda path: ", ".join(self.texts(path))):
                return [Stated(", ".join(template_paths(template)), _plain(joined, rule))]
        found: list[Stated] = []
        for path in rule.path or rule.all:
            found += [Stated(path, _plain(text, rule)) for text in self.texts(path, markup=markup)]
            if found and rule.path:
                break
        return found


def _plain(text: str, rule: ValueRule) -> str:
    for _ in range(rule.escaped or 0):
        text = html.unescape(text)
    return text


def _narrowed(text: str, rule: ValueRule) -> str:
    if rule.after is not None and rule.after in text:
        text = text.partition(rule.after)[2]
    if rule.before is not None and rule.before in text:
        text = text.partition(rule.before)[0]
    return text.strip()
