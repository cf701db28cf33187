"""What an operator writes to map a feed: where its rows are, how its pages are followed, the rules of its fields."""

import codecs
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.setting_types import Credit
from services.ingest.mapping.paths import Kind, check_element, check_path
from services.ingest.mapping.rules import FieldRules, Paths, Settings, Texts


class CsvSettings(Settings):
    """How a table is written. Unset values are recognised by its first row."""

    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """What separates two values."""
    quote: str = Field(default='"', min_length=1, max_length=1)
    """What encloses a value that contains a delimiter."""
    header: bool = True
    """Whether the first row names the columns. Otherwise columns have only numbers."""


class CursorSettings(Settings):
    """The feed gives a text with which the next page is requested."""

    parameter: str = Field(min_length=1)
    """The parameter of the address that takes this text."""
    path: str
    """Where in the feed this text stands."""


class PageSettings(Settings):
    """Pages have numbers. A page without rows comes after the last one, unless the feed says which is the last."""

    parameter: str = Field(min_length=1)
    """The parameter of the address that takes the page's number."""
    first: int = Field(default=1, ge=0)
    """The number of the page that an address without the parameter gives."""
    current: str | None = None
    """Where in the feed the page's own number stands. Unset: the number in the address counts."""
    more: str | None = None
    """Where in the feed something stands if there are more pages. Unset: after a page with rows another is
    requested."""
    pages: str | None = None
    """Where in the feed the number of all pages stands."""


class OffsetSettings(Settings):
    """Rows have numbers. A page with fewer rows than `size` is the last one."""

    parameter: str = Field(min_length=1)
    """The parameter of the address that takes the number of the page's first row."""
    size: int = Field(ge=1, le=10_000)
    """How many rows a page has."""
    first: int = Field(default=0, ge=0, le=1)
    """The number of the very first row."""


class PagingSettings(Settings):
    """How the next page is found: in one of these ways."""

    next: str | None = None
    """Where in the feed the address of the next page stands."""
    cursor: CursorSettings | None = None
    """The feed gives a text with which the next page is requested."""
    page: PageSettings | None = None
    """Pages have numbers."""
    offset: OffsetSettings | None = None
    """Rows have numbers."""

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if sum(way is not None for way in (self.next, self.cursor, self.page, self.offset)) != 1:
            raise ValueError("pages are followed by one of next, cursor, page or offset")
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are looked at, which all begin at the feed."""
        counted = (self.page.current, self.page.more, self.page.pages) if self.page else ()
        named = (self.next, self.cursor.path if self.cursor else None, *counted)
        return tuple(path for path in named if path is not None)


class RecogniseSettings(Settings):
    """What a body must hold for the format `auto` to read it by this mapping."""

    root: str | None = None
    """The name of the outermost XML element."""
    has: Paths = ()
    """Paths that must find a text in the first row."""
    members: Paths = ()
    """Paths that the first row must have, even if empty."""
    lacks: Paths = ()
    """Paths that the first row must not have."""
    empty: Paths = ()
    """Paths that a feed without rows must have around them. Unset: such a feed is not recognised."""

    @model_validator(mode="after")
    def _tells_a_row(self) -> Self:
        if not self.has and not self.members:
            raise ValueError("a feed is known by what its first row has: has or members")
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are looked at."""
        return (*self.has, *self.members, *self.lacks, *self.empty)


class MappingSettings(Settings):
    """How the rows of a feed become postings."""

    kind: Kind
    """`json`, `jsonl` (one row a line), `xml` or `csv`."""
    items: str = ""
    """Where the rows are. JSON: a path, or empty if the feed is the list. XML: the name of a row's element."""
    label: str = ""
    """The feed's name, as people call it."""
    complete: bool = False
    """Whether each listing holds every open posting, so that a posting that vanishes has closed."""
    workplace: Literal["remote", "hybrid", "onsite"] | None = None
    """Where the work is done if a posting does not say: `remote` for a board that lists only remote jobs."""
    attribution: Credit | None = None
    """Whom to name beside the postings."""
    encoding: str | None = None
    """The encoding, if the feed does not state it or states it wrongly. Unset: by its mark or declaration, else
    UTF-8."""
    namespaces: dict[str, str] = Field(default_factory=dict)
    """Prefixes for XML paths. Unset: those of the feed."""
    nothing: Texts = ()
    """Texts that mean nothing in any field, such as `n/a`, unless the `values` of a field give them a meaning."""
    key: str | None = None
    """For rows in a JSON object: the member that takes the name of each row."""
    csv: CsvSettings = CsvSettings()
    """How a table is written."""
    paging: PagingSettings | None = None
    """How the next page is found."""
    recognise: RecogniseSettings | None = None
    """How the format `auto` recognises the feed."""
    fields: FieldRules
    """The posting fields, and where in a row each comes from."""

    @cached_property
    def blanks(self) -> frozenset[str]:
        """`nothing`, in lower case."""
        return frozenset(text.casefold() for text in self.nothing)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "xml":
            if not self.items:
                raise ValueError("items is needed in xml: the name of a row's element, such as job or g:job")
            check_element(self.items)
        elif self.items and self.kind != "json":
            raise ValueError(f"items says nothing in {self.kind}, where each {_ROWS[self.kind]} is a row")
        elif self.items:
            check_path("json", self.items)
        for name, kinds in _ONLY.items():
            if name in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"{name} is for {' and '.join(kinds)}, not for {self.kind}")
        if self.encoding is not None:
            _check_encoding(self.encoding)
        if self.paging is not None and self.paging.paths and self.kind in _ROWS:
            raise ValueError(f"{self.kind} has nothing but rows, so that its pages are followed by page or offset")
        return self

    @model_validator(mode="after")
    def _paths_can_be_read(self) -> Self:
        for name, rule in self.fields.rules():
            if rule.named is not None and self.kind not in {"json", "jsonl"}:
                raise ValueError(f"fields.{name}: named is for json and jsonl, not for {self.kind}")
            for path in (*rule.paths, *(rule.named.paths if rule.named else ())):
                self._check(f"fields.{name}", path)
        for path in self.paging.paths if self.paging else ():
            self._check("paging", path)
        for path in self.recognise.paths if self.recognise else ():
            self._check("recognise", path)
        return self

    def _check(self, place: str, path: str) -> None:
        try:
            check_path(self.kind, path)
            if self.kind == "csv" and not self.csv.header and not path.startswith("#"):
                raise ValueError(f"{path}: a table without a header has numbered columns only")
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None


_ROWS: dict[str, Literal["line", "line of the table"]] = {"jsonl": "line", "csv": "line of the table"}
_ONLY = {"namespaces": ("xml",), "key": ("json",), "csv": ("csv",)}


def _check_encoding(name: str) -> None:
    try:
        "".encode(codecs.lookup(name).name)
    except (LookupError, ValueError):
        raise ValueError(f'there is no encoding of text called "{name}"') from None
