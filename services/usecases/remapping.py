"""Change the mapping of a source that is there: beside a row of it, with what would change, kept and taken back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

from schemas.posting import Posting
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.app import make_normalise, make_reader
from services.ingest.domain.polling.schedule import Validators
from services.ingest.mapping.files import PREFIX, files_named, mapping_in, mapping_of, read_mapping
from services.ingest.mapping.settings import MappingSettings
from services.ingest.ports import FetchFailedError
from services.ingest.settings import IngestSettings, SourceSettings
from services.ingest.trial import trial
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.replacing import replace_file
from services.runtime.files.toml import read_toml
from services.runtime.privacy.redaction import redacted
from services.usecases.mapping_feeds import FIELDS, Choice, rule_of, said_of, text_of

_LOOKED_AT: Final = 50
"""Rows of which it is said what would change."""
_MOST_SHOWN: Final = 30
_BEFORE: Final = ".before"
"""Behind the name of a mapping's file: what it was before it was last changed here."""


@dataclass(frozen=True, slots=True)
class MappedSource:
    """A source that is read by a mapping in a file of its own."""

    source: SourceSettings
    file: Path
    table: Mapping[str, Any]
    """As the file has it."""
    others: tuple[str, ...]
    """Sources that are read by the same file."""
    digest: str
    """Of the file, by which it is told whether it was changed meanwhile."""

    @property
    def mapping(self) -> MappingSettings:
        """The same, as it is read."""
        return mapping_of(dict(self.table), str(self.file))

    @property
    def is_changed(self) -> bool:
        """Whether there is a state of before to go back to."""
        return _before(self.file).is_file()


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of a field of a posting."""

    posting: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What another mapping would make of a feed's first rows, held against the present one."""

    rows: int
    """Looked at."""
    postings: int
    """That would differ."""
    renamed: int
    """Of these with another id: they would go out as new, and the old ones close."""
    lost: int
    """Postings now, and none then."""
    gained: int
    shown: tuple[Change, ...]


def mapped_source(ingest: IngestSettings, settings_file: Path | None, name: str) -> MappedSource:
    """Raises UsageError for a source that has no mapping of its own, or none in a file that is known."""
    source, file = _read_by(ingest, settings_file, name)
    read = read_mapping(file)
    others = tuple(other.name for other in ingest.sources if other.format == source.format and other.name != name)
    return MappedSource(source, file, read.values, others, _digest_of(read.text))


def has_file(ingest: IngestSettings, settings_file: Path | None, name: str) -> bool:
    """Whether a source is read by a mapping in a file of its own."""
    try:
        _read_by(ingest, settings_file, name)
    except UsageError:
        return False
    return True


def _read_by(ingest: IngestSettings, settings_file: Path | None, name: str) -> tuple[SourceSettings, Path]:
    source = next((candidate for candidate in ingest.sources if candidate.name == name), None)
    if source is None or not source.format.startswith(PREFIX):
        raise UsageError(f"{name[:100]} is no source that is read by a mapping of your own")
    try:
        settings = read_toml(settings_file, "settings file").values if settings_file is not None else None
    except FileNotFoundError:
        settings = None
    if settings_file is None or settings is None:
        raise UsageError("there is no settings file that names its mapping")
    mapping = source.format.removeprefix(PREFIX)
    named = files_named(settings.get("ingest")).get(mapping)
    if named is None:
        raise UsageError(
            f"the mapping {mapping} has no file in {settings_file}: one within the settings is changed there"
        )
    return source, settings_file.resolve().parent / named


def body_of(ingest: IngestSettings, source: SourceSettings, now: datetime) -> bytes:
    """The first body of a source, from the web, a file or a folder, as its next poll gets it. Raises UsageError."""
    address = source.url if source.is_web else str(source.path)
    try:
        fetched = make_reader(ingest, SystemRandom()).detail(source, address, Validators(), now)
    except FetchFailedError as error:
        raise UsageError(f"nothing came: {redacted(error)}") from None
    if not fetched.body:
        raise UsageError(f"nothing came: {fetched.cut or 'its body is empty'}")
    return fetched.body


def chosen_in(table: Mapping[str, Any]) -> dict[str, Choice]:
    """What a form shows of each field; of a rule that says more than a form can, where it begins."""
    return {name: _choice(_rule_in(table["fields"], name)) for name in FIELDS}


def said_more(table: Mapping[str, Any]) -> frozenset[str]:
    """The fields whose rules say more than a form shows: they stay as they are while nothing else is chosen."""
    rules = {name: _rule_in(table["fields"], name) for name in FIELDS}
    return frozenset(name for name, rule in rules.items() if rule is not None and rule != rule_of(_choice(rule)))


def changed(table: Mapping[str, Any], chosen: Mapping[str, Choice]) -> dict[str, Any]:
    """The mapping with each field that was chosen otherwise than it stands there; all else as it is."""
    fields, now = dict(table["fields"]), chosen_in(table)
    for name, choice in chosen.items():
        if choice == now[name]:
            continue
        within, own = fields, name
        if name.startswith("pay."):
            if isinstance(fields.get("pay"), list):
                raise UsageError("its pay is of several tables: change that in the file")
            within, own = fields.setdefault("pay", {}), name.removeprefix("pay.")
            within = fields["pay"] = dict(within)
        rule = rule_of(choice)
        within.pop(own, None)
        if rule is not None:
            within[own] = rule
    if "pay" in fields and not isinstance(fields["pay"], list) and not {"min", "max"} & fields["pay"].keys():
        del fields["pay"]
    return {**table, "fields": fields}


def _rule_in(fields: Mapping[str, Any], name: str) -> Any:
    if not name.startswith("pay."):
        return fields.get(name)
    pay = fields.get("pay", {})
    return pay.get(name.removeprefix("pay.")) if isinstance(pay, Mapping) else None


def _choice(rule: Any) -> Choice:
    if isinstance(rule, list):
        rule = rule[0] if rule else ""
    if not isinstance(rule, Mapping):
        return ("" if rule is None else f"#{rule}" if isinstance(rule, int) else str(rule).strip(), "", "")
    path, *_ = _choice(rule.get("path") or rule.get("all"))
    text = rule.get("template", rule.get("constant", ""))
    return (path, str(text[0] if isinstance(text, list) and text else text).strip(), str(rule.get("date", "")))


def changes(body: bytes, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime) -> Changes:
    """What would become otherwise of the feed's first postings. Raises UsageError for what is no mapping."""
    rows = postings = renamed = lost = gained = 0
    shown: list[Change] = []
    for old, new in islice(zip(_postings(body, before, now), _postings(body, after, now), strict=False), _LOOKED_AT):
        rows += 1
        lost += old is not None and new is None
        gained += old is None and new is not None
        if old is None or new is None:
            continue
        differing = [Change(new.title, name, *pair) for name, pair in _differing(old, new)]
        renamed += old.source_id != new.source_id
        postings += bool(differing)
        shown += differing
    return Changes(rows, postings, renamed, lost, gained, tuple(shown[:_MOST_SHOWN]))


def _postings(body: bytes, table: Mapping[str, Any], now: datetime) -> Iterator[Posting | None]:
    found = Mapped("tried", mapping_of(dict(table), "the mapping"))
    outcomes = trial(body, source="tried", found=found, normalise=make_normalise(), now=now)
    return (outcome if isinstance(outcome, Posting) else None for outcome in outcomes)


def _differing(old: Posting, new: Posting) -> Iterator[tuple[str, tuple[str, str]]]:
    before, after = said_of(old) | {"Id": old.source_id}, said_of(new) | {"Id": new.source_id}
    before["Text"], after["Text"] = old.description_text or "", new.description_text or ""
    yield from ((name, (before[name], after[name])) for name in before if before[name] != after[name])


def save(mapped: MappedSource, table: Mapping[str, Any], seen: str) -> str:
    """Write a mapping that was tried into its file, keep what stood there, and give the digest of what does now.

    `seen`: the digest of the file as it was shown. Raises UsageError where it is another one, UnavailableError.
    """
    if _digest_of(read_mapping(mapped.file).text) != seen:
        raise UsageError("the file was changed meanwhile; read it anew")
    text = text_of(table)
    _replace(mapped.file, text.encode())
    return _digest_of(text)


def undo(mapped: MappedSource) -> None:
    """Have the file be what it was before it was last changed here; once more: what it was then.

    Raises UsageError where it never was, UnavailableError.
    """
    if not mapped.is_changed:
        raise UsageError(f"{mapped.file} was not changed here")
    _replace(mapped.file, _bytes_of(_before(mapped.file)))


def _replace(file: Path, content: bytes) -> None:
    stood = _bytes_of(file)

    def look(tried: Path) -> None:
        mapping_in(tried)
        replace_file(_before(file), stood, lambda _: None, like=file)

    replace_file(file, content, look)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{file} cannot be read: {error.strerror}") from None


def _digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _before(file: Path) -> Path:
    return file.with_name(f"{file.name}{_BEFORE}")
