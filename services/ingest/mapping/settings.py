"""What an operator writes to map a feed: where its rows are, and from where in a row each posting field comes."""

import codecs
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas.faults import meant
from schemas.setting_types import Credit
from services.ingest.mapping.paths import Kind, check_element, check_path
from services.ingest.mapping.template import template_paths
from services.ingest.mapping.written_dates import check_form


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _paths(value: object) -> object:
    """A path, or a number of a column, is a list of one."""
    if isinstance(value, bool) or not isinstance(value, (str, int, list)):
        return value
    return tuple(f"#{one}" if type(one) is int else one for one in (value if isinstance(value, list) else [value]))


Paths = Annotated[tuple[str, ...], BeforeValidator(_paths)]


def _said(value: object) -> object:
    """A truth or a number that stands for the text of one."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Said = Annotated[str, BeforeValidator(_said)]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]


class ValueRule(_Settings):
    """Where a value comes from, and what is done to it, in this order."""

    path: Paths = ()
    """The first path that finds something gives the values."""
    all: Paths = ()
    """All that these paths find, one after another."""
    template: Texts = ()
    """One text with paths in braces, `{city}, {country}`; what is not there leaves no comma behind.

    Of several the first that anything is found for.
    """
    constant: Said | None = None
    after: str | None = None
    """Only what stands behind this, where it is there at all."""
    before: str | None = None
    """Only what stands before this, where it is there at all."""
    split: str | None = Field(default=None, min_length=1)
    """One text holds several values, parted by this."""
    values: dict[str, Said] = Field(default_factory=dict)
    """What the feed writes, whatever its case, and what it means; an empty meaning drops it. Others stay."""
    join: str | None = None
    """Several values become one text, joined by this."""
    date: str | None = Field(default=None, min_length=2)
    """How dates are written, where it is neither ISO 8601, epoch nor RFC 822: `%d/%m/%Y` (strptime).

    Months may be named in any of several languages.
    """
    escaped: int | None = Field(default=None, ge=0, le=3)
    """How often markup and entities are escaped over the usual; by default it is told by content."""
    default: Said | None = None
    """What stands where nothing is found."""

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Self:
        given = [
            name
            for name, there in (
                ("path", self.path),
                ("all", self.all),
                ("template", self.template),
                ("constant", self.constant is not None),
            )
            if there
        ]
        if len(given) != 1:
            told = f"it has {' and '.join(given)}" if given else "it has none"
            raise ValueError(f"a field comes from one of path, all, template or constant; {told}")
        for template in self.template:
            template_paths(template)
        if self.date is not None:
            check_form(self.date)
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that are looked at."""
        return (*self.path, *self.all, *(path for template in self.template for path in template_paths(template)))


def _rule(value: object) -> object:
    return {"path": value} if isinstance(value, (str, int, list)) and not isinstance(value, bool) else value


Rule = Annotated[ValueRule, BeforeValidator(_rule)]
"""A path, a list of paths of which the first that finds something counts, or a table."""


class PayRule(_Settings):
    """Pay in numbers of its own. Amounts that are no plain numbers belong to `pay_text`."""

    min: Rule | None = None
    max: Rule | None = None
    currency: Rule | None = None
    period: Rule | None = None
    """Year, month, week, day or hour, in about any spelling."""
    zone: Rule | None = None
    """The place or level that it is for."""
    estimate: bool = False
    """The feed's own guess, which counts where nothing else is said."""

    @model_validator(mode="after")
    def _has_an_amount(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("pay needs min or max")
        return self

    def rules(self) -> Iterator[tuple[str, ValueRule]]:
        """Each rule with its name."""
        for name in ("min", "max", "currency", "period", "zone"):
            rule = getattr(self, name)
            if rule is not None:
                yield name, rule


class FieldRules(_Settings):
    """The posting fields, each with where it comes from."""

    source_id: Rule
    """The feed's own id of a posting, the same for as long as it is open."""
    title: Rule
    company: Rule | None = None
    url: Rule | None = None
    apply_url: Rule | None = None
    company_url: Rule | None = None
    description: Rule | None = None
    """Markup or plain text."""
    skills: Rule | None = None
    restriction: Rule | None = None
    """Places that an applicant must be in."""
    restriction_open: Rule | None = None
    """Whether a row without a restriction is open to all the world: `true`, `yes` or `1`."""
    locations: Rule | None = None
    headquarters: Rule | None = None
    workplace: Rule | None = None
    """`remote`, `hybrid` or `onsite`; other words count as nothing said."""
    timezones: Rule | None = None
    """Hours from UTC."""
    pay: tuple[PayRule, ...] = ()
    pay_text: Rule | None = None
    """Pay in words or as one text, `1.200 - 1.400 EUR a month`."""
    seniority: Rule | None = None
    employment: Rule | None = None
    departments: Rule | None = None
    language: Rule | None = None
    posted_at: Rule | None = None
    expires_at: Rule | None = None

    @model_validator(mode="before")
    @classmethod
    def _fields_are_known(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for name in value:
            if name in cls.model_fields:
                continue
            raise ValueError(f'there is no posting field "{name}"; {meant(str(name), cls.model_fields)}')
        pay = value.get("pay")
        if isinstance(pay, (str, int)):
            # A ValueError, since only that is told in words.
            raise ValueError("pay is a table with min, max, currency and period; pay in one text is pay_text")  # noqa: TRY004
        return {**value, "pay": [pay]} if isinstance(pay, dict) else value

    def rules(self) -> Iterator[tuple[str, ValueRule]]:
        """Each rule with the name of its field; of pay as `pay.min` or, of several, `pay.0.min`."""
        for name in type(self).model_fields:
            found = getattr(self, name)
            if isinstance(found, ValueRule):
                yield name, found
        for number, pay in enumerate(self.pay):
            label = "pay" if len(self.pay) == 1 else f"pay.{number}"
            yield from ((f"{label}.{name}", rule) for name, rule in pay.rules())

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are looked at by any rule."""
        return tuple(path for _, rule in self.rules() for path in rule.paths)


class CsvSettings(_Settings):
    """How a table is written; by default that is told by its first row."""

    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """What stands between two values."""
    quote: str = Field(default='"', min_length=1, max_length=1)
    """What stands around a value that holds a delimiter."""
    header: bool = True
    """The first row names the columns; without it they have only numbers."""


class CursorSettings(_Settings):
    """The feed hands out what to ask for the next page with."""

    parameter: str = Field(min_length=1)
    path: str
    """Where in the feed it stands."""


class PageSettings(_Settings):
    """Pages are counted; one without rows is behind the last."""

    parameter: str = Field(min_length=1)
    first: int = Field(default=1, ge=0)
    """The number of the page that an address without the parameter gives."""


class OffsetSettings(_Settings):
    """Rows are counted; a page with fewer than `size` is the last."""

    parameter: str = Field(min_length=1)
    size: int = Field(ge=1, le=10_000)
    first: int = Field(default=0, ge=0, le=1)


class PagingSettings(_Settings):
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
        return tuple(path for path in (self.next, self.cursor.path if self.cursor else None) if path is not None)


class RecogniseSettings(_Settings):
    """What a body must hold for the format `auto` to read it so."""

    root: str | None = None
    """The name of the outermost XML element."""
    has: Paths = Field(min_length=1)
    """Paths that the first row must have."""
    lacks: Paths = ()
    """Paths that the first row must not have."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are looked at."""
        return (*self.has, *self.lacks)


class MappingSettings(_Settings):
    """How the rows of a feed become postings."""

    kind: Kind
    """`json`, `jsonl` (a row a line), `xml` or `csv`."""
    items: str = ""
    """Where the rows are: of JSON a path, empty where the feed is the list; of XML the name of their element."""
    label: str = ""
    """As people call the feed."""
    complete: bool = False
    """Whether each listing holds every open posting, so that what vanishes has closed."""
    attribution: Credit | None = None
    encoding: str | None = None
    """Where a feed does not say it rightly; by default by its mark or declaration, else UTF-8."""
    namespaces: dict[str, str] = Field(default_factory=dict)
    """Prefixes for XML paths; by default those of the feed."""
    key: str | None = None
    """Of a JSON object of rows: the member to put the name of each row under."""
    csv: CsvSettings = CsvSettings()
    paging: PagingSettings | None = None
    recognise: RecogniseSettings | None = None
    fields: FieldRules

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
            for path in rule.paths:
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
