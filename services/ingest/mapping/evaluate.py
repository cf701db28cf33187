"""From a rule and a row to the values that were stated, each with the path that it came by."""

import html
from collections.abc import Iterable, Iterator

from services.ingest.domain.draft import Stated
from services.ingest.mapping.paths import Kind, is_of_feed
from services.ingest.mapping.rows import JsonRow, Row
from services.ingest.mapping.rules import CutRule, NamedRule, ValueRule
from services.ingest.mapping.template import fill, template_paths
from services.ingest.mapping.written_dates import read_written

MOST_VALUES = 200
"""Of one field of one row."""


class MappedRow:
    """A row and what its feed says around it."""

    def __init__(self, kind: Kind, row: Row, feed: dict[str, list[str]], nothing: frozenset[str] = frozenset()) -> None:
        """`nothing` are the texts that say nothing."""
        self.kind = kind
        self.row = row
        self._feed = feed
        self._nothing = nothing
        self._longest_nothing = max(map(len, nothing), default=-1)

    def texts(self, path: str, *, markup: bool = False) -> list[str]:
        """What a path finds, in the row or around it."""
        return self._feed.get(path, []) if is_of_feed(self.kind, path) else self.row.texts(path, markup=markup)

    def values(self, rule: ValueRule, *, markup: bool = False) -> tuple[Stated, ...]:
        """What a rule gives, as stated."""
        if rule.is_bare:
            return tuple(self._by_paths(rule, markup=markup)[:MOST_VALUES])
        found = [value for value in self._found(rule, markup=markup) if value.text][:MOST_VALUES]
        if not found and rule.default is not None:
            found = [Stated("default", rule.default)]
        if rule.join is not None and len(found) > 1:
            return (Stated(found[0].field, rule.join.join(value.text for value in found)),)
        return tuple(found)

    def first(self, rule: ValueRule | None) -> str:
        """The first text that a rule gives, or ""."""
        values = () if rule is None else self.values(rule)
        return values[0].text if values else ""

    def _found(self, rule: ValueRule, *, markup: bool) -> Iterable[Stated]:
        for stated in self._served(rule, markup=markup):
            text = _narrowed(stated.text, rule)
            parts = [text] if rule.split is None else text.split(rule.split)
            for part in parts:
                # Markup is left as it is: blanks behind a piece that was cut out belong to it.
                written = _replaced(part if markup and rule.split is None else part.strip(), rule)
                meant = rule.meanings.get(written.casefold(), written) if rule.values else written
                # A date that is not of its form stays as it is, so that the evidence shows it.
                yield Stated(stated.field, (read_written(meant, rule.date) if rule.date else None) or meant)

    def _said(self, texts: list[str], rule: ValueRule) -> list[str]:
        # Looked at only where one is short: long texts are descriptions, whose case is not to be folded for nothing.
        most = self._longest_nothing
        return [text for text in texts if len(text) > most or not self._says_nothing(text.casefold(), rule)]

    def _says_nothing(self, text: str, rule: ValueRule) -> bool:
        return text in self._nothing and text not in rule.meanings

    def _served(self, rule: ValueRule, *, markup: bool) -> list[Stated]:
        if rule.constant is not None:
            return [Stated(rule.place(0, "constant"), rule.constant)]
        if rule.named is not None and isinstance(self.row, JsonRow):
            return list(_named(self.row, rule, rule.named))
        for template in rule.template:
            if joined := fill(template, lambda path: ", ".join(self._said(self.texts(path), rule))):
                place = rule.place(0, ", ".join(template_paths(template)))
                return [Stated(place, _plain(joined, rule))]
        found = self._by_paths(rule, markup=markup)
        return [Stated(value.field, _plain(value.text, rule)) for value in found] if rule.escaped else found

    def _by_paths(self, rule: ValueRule, *, markup: bool) -> list[Stated]:
        found: list[Stated] = []
        for number, path in enumerate(rule.path or rule.all):
            texts = self._said(self.texts(path, markup=markup), rule)
            found += [Stated(rule.place(number, path), text) for text in texts]
            if found and rule.path:
                break
        return found


def _named(row: JsonRow, rule: ValueRule, named: NamedRule) -> Iterator[Stated]:
    for name, texts in row.named(named.among, named.name, named.value):
        if any(word.casefold() in name.casefold() for word in named.words):
            place = rule.place(0, f"{named.among}.{name}")
            yield from (Stated(place, _plain(text, rule)) for text in texts)


def _plain(text: str, rule: ValueRule) -> str:
    for _ in range(rule.escaped or 0):
        text = html.unescape(text)
    return text


def _narrowed(text: str, rule: ValueRule) -> str:
    if rule.after is not None and rule.after in text:
        text = text.partition(rule.after)[2]
    if rule.before is not None and rule.before in text:
        text = text.partition(rule.before)[0]
    text = text.strip()
    for cut in rule.cut:
        text = _without(text, cut)
    return text


def _without(text: str, cut: CutRule) -> str:
    kept: list[str] = []
    since = 0
    while (begin := text.find(cut.begin, since)) >= 0:
        end = text.find(cut.end, begin + len(cut.begin))
        if end < 0:
            break
        kept.append(text[since:begin])
        since = end + len(cut.end)
    return "".join((*kept, text[since:]))


def _replaced(text: str, rule: ValueRule) -> str:
    for written, meant in rule.replace.items():
        text = text.replace(written, meant)
    return text
