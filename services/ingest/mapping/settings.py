"""What an operator writes to map a feed: where its rows are, how its pages are followed, the rules of its fields."""

import codecs
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.setting_types import Credit
from services.ingest.mapping.paths import Kind, check_element, check_path
from services.ingest.mapping.rules import FieldRules, Paths, Settings, Texts


class CsvSettings(Settings):
    """How a table is written; by default that is told by its first row."""

    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """What stands between two values."""
    quote: str = Field(default='"', min_length=1, max_length=1)
    """What stands around a value that holds a delimiter."""
    header: bool = True
    """The first row names the columns; without it they have only numbers."""


class CursorSettings(Settings):
    """The feed hands out what to ask for the next page with."""

    parameter: str = Field(min_length=1)
    path: str
    """Where in the feed it stands."""


class PageSettings(Settings):
    """Pages are counted; one without rows is behind the last, unless the feed says which is."""

    parameter: str = Field(min_length=1)
    first: int = Field(default=1, ge=0)
    """The number of the page that an address without the parameter gives."""
    current: str | None = None
    """Where in the feed the number of its page stands; by default it is that of the address."""
    more: str | None = None
    """Where in the feed something stands as long as further pages follow; by default they do behind rows."""
    pages: str | None = None
    """Where in the feed the number of all pages stands."""


class OffsetSettings(Settings):
    """Rows are counted; a page with fewer than `size` is the last."""

    parameter: str = Field(min_length=1)
    size: int = Field(ge=1, le=10_000)
    first: int = Field(default=0, ge=0, le=1)


class PagingSettings(Settings):
    """How to get to the next page: by one of these."""

    next: str | None = None
    """Where in the feed the next page's address stands."""
    cursor: CursorSettings | None = None
    page: PageSettings | None = None
    offset: OffsetSettings | None = None

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
    """What a body must hold for the format `auto` to read it so."""

    root: str | None = None
    """The name of the outermost XML element."""
    has: Paths = ()
    """Paths that the first row must have, each with a text."""
    members: Paths = ()
    """Paths that the first row must have, be it with nothing in them."""
    lacks: Paths = ()
    """Paths that the first row must not have."""
    empty: Paths = ()
    """Paths that a feed without rows must have around them; by default none is known by this mapping."""

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
    """`json`, `jsonl` (a row a line), `xml` or `csv`."""
    items: str = ""
    """Where the rows are: of JSON a path, empty where the feed is the list; of XML the name of their element."""
    label: str = ""
    """As people call the feed."""
    complete: bool = False
    """Whether each listing holds every open posting, so that what vanishes has closed."""
    workplace: Literal["remote", "hybrid", "onsite"] | None = None
    """What its jobs are where a posting does not say: `remote` of a board that lists remote jobs alone."""
    attribution: Credit | None = None
    encoding: str | None = None
    """Where a feed does not say it rightly; by default by its mark or declaration, else UTF-8."""
    namespaces: dict[str, str] = Field(default_factory=dict)
    """Prefixes for XML paths; by default those of the feed."""
    nothing: Texts = ()
    """Texts that say nothing wherever they stand, such as `n/a`, unless the `values` of a field give them a meaning."""
    key: str | None = None
    """Of a JSON object of rows: the member to put the name of each row under."""
    csv: CsvSettings = CsvSettings()
    paging: PagingSettings | None = None
    recognise: RecogniseSettings | None = None
    fields: FieldRules

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
