"""Which fields that operators called wrong are read right now: `python -m bench.wrong_fields LABELS.jsonl [-c FILE]`.

LABELS.jsonl is what the console keeps (`console.labels`); its items are read anew by the rules of today. `-c`: the
settings file whose own mappings they may need. Exit code 1 where any is still wrong.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel

from schemas.counted import counted
from schemas.posting import posting_id_of
from schemas.raw import RawPosting
from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.app import make_normalise
from services.ingest.ports import Format, UnusableItemError
from services.ingest.settings import IngestSettings
from services.runtime.errors import PoisonError
from services.settings.loading import load_settings

_NONE: Final = frozenset({"", "none", "null", "nothing", "unknown"})
Found = Literal["right", "wrong", "not read"]


class Label(BaseModel):
    """A field that was read wrongly, as the console keeps it."""

    source: str
    source_id: str
    field: str
    read: Any
    right: str
    format: str | None = None
    """None of what nobody had any more, and of a release that did not keep it."""
    fetched_at: AwareDatetime | None = None
    item: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A label, and what the rules of today make of its item."""

    label: Label
    found: Found
    read: Any = None
    """What stands in the field now."""
    why: str = ""
    """Of what is not read."""

    def __str__(self) -> str:
        what = f"{self.label.source} {self.label.source_id}, {self.label.field}: {self.found}"
        return f"{what}, {self.why}" if self.why else f"{what}, {_shown(self.read)} where {self.label.right!r} was said"


def labels_of(lines: Iterable[str]) -> Iterator[Label]:
    """One a line; the last of a field that was labelled twice holds."""
    found = (Label.model_validate_json(line) for line in lines if line.strip())
    yield from {(label.source, label.source_id, label.field): label for label in found}.values()


def judged(label: Label, formats: Mapping[str, Format]) -> Judged:
    """Read the item of a label anew, and hold its field against what it should be."""
    if label.item is None or label.format is None or label.fetched_at is None:
        return Judged(label, "not read", why="its item was not kept")
    if label.format not in formats:
        return Judged(label, "not read", why=f"its format, {label.format}, is in no settings that were given")
    raw = RawPosting(
        posting_id=posting_id_of(label.source, label.source_id),
        source=label.source,
        source_id=label.source_id,
        format=label.format,
        item=label.item,
        content_hash="",
        fetched_at=label.fetched_at,
    )
    try:
        posting = make_normalise()(formats[label.format].draft(label.item), raw)
    except (UnusableItemError, PoisonError) as error:
        return Judged(label, "not read", why=str(error))
    values = posting.model_dump(mode="json")
    if label.field not in values:
        return Judged(label, "not read", why="there is no such field any more")
    read = values[label.field]
    return Judged(label, "right" if means(label.right, read) else "wrong", read)


def means(said: str, read: Any) -> bool:
    """Whether a field holds what somebody wrote: as JSON, or as plain words, those of a list between commas.

    Of a list of things that have a name, a code or a kind these are enough, in any order.
    """
    try:
        if json.loads(said) == read:
            return True
    except ValueError:
        pass
    if isinstance(read, list):
        own = {_name(name).casefold() for name in read}
        return own == {word.strip().casefold() for word in said.split(",") if word.strip().casefold() not in _NONE}
    plain = said.strip().casefold()
    return plain in _NONE if read is None else plain == _name(read).casefold()


def _name(value: Any) -> str:
    if isinstance(value, dict):
        return str(next((value[key] for key in ("name", "code", "kind") if value.get(key)), value))
    return value if isinstance(value, str) else json.dumps(value)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def formats_of(settings: Path | None) -> dict[str, Format]:
    """All that come along, with the mappings of a settings file."""
    ingest = load_settings(settings).ingest if settings else IngestSettings()
    return Catalogue(ingest.mappings).by_name()


def main() -> int:
    """Print each that is not read right, and how many are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("-c", "--config", type=Path, help="a settings file with mappings of one's own")
    given = parser.parse_args()
    formats = formats_of(given.config)
    with given.labels.open(encoding="utf-8") as lines:
        all_judged = [judged(label, formats) for label in labels_of(lines)]
    for reading in all_judged:
        if reading.found != "right":
            print(reading)
    right = sum(reading.found == "right" for reading in all_judged)
    unread = sum(reading.found == "not read" for reading in all_judged)
    print(f"{right} of {counted(len(all_judged) - unread, 'field')} read right, {unread} not read")
    return int(right + unread < len(all_judged))


if __name__ == "__main__":
    sys.exit(main())
