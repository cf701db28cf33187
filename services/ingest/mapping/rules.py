"""What an operator writes of the posting fields: from where in a row each comes, and what is done to it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas.faults import meant
from services.ingest.mapping.template import template_paths
from services.ingest.mapping.written_dates import check_form


class Settings(BaseModel):
    """A table that an operator writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _paths(value: object) -> object:
    """A path, or a number of a column, is a list of one."""
    if isinstance(value, bool) or not isinstance(value, (str, int, list)):
        return value
    return tuple(f"#{path}" if type(path) is int else path for path in (value if isinstance(value, list) else [value]))


Paths = Annotated[tuple[str, ...], BeforeValidator(_paths)]


def _as_text(value: object) -> object:
    """A truth or a number that stands for the text of one."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


TextOf = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]


class CutRule(Settings):
    """A piece of a text that is left out wherever it stands."""

    begin: str = Field(min_length=1)
    """What the piece begins with."""
    end: str = Field(min_length=1)
    """What the piece ends with. If this is missing in a text, nothing is left out."""


class NamedRule(Settings):
    """Values that lie in a list of objects, each beside its name: `[{"name": "Contract", "value": "Full time"}]`."""

    among: str
    """The path to the list."""
    words: Texts = Field(min_length=1)
    """A value counts if its name contains one of these, in upper or lower case."""
    name: str = "name"
    """Where in an object the name stands."""
    value: str = "value"
    """Where in an object the value stands."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that are looked at, from the row and from an object of the list."""
        return self.among, self.name, self.value


class ValueRule(Settings):
    """Where a value comes from, and what is done to it, in this order."""

    path: Paths = ()
    """A path, or several: the first that finds something gives the values."""
    all: Paths = ()
    """Several paths: the values of all of them count, one after another."""
    template: Texts = ()
    """A text with paths in braces, `{city}, {country}`. If a path finds nothing, its comma is left out too.

    Of several templates, the first that finds something counts.
    """
    constant: TextOf | None = None
    """The same text for every row."""
    named: NamedRule | None = None
    """For JSON: values that lie beside their names."""
    called: Texts = ()
    """What evidence calls the place: one name for all paths, or one for each. Unset: the path."""
    after: str | None = None
    """Keeps only what stands after this text, if it is there."""
    before: str | None = None
    """Keeps only what stands before this text, if it is there."""
    cut: tuple[CutRule, ...] = ()
    """Pieces to leave out, such as a tracking pixel or a note to applicants."""
    split: str | None = Field(default=None, min_length=1)
    """Splits one text into several values at this text."""
    replace: dict[str, str] = Field(default_factory=dict)
    """Characters or words to replace wherever they stand: `{ "_" = " " }`."""
    values: dict[str, TextOf] = Field(default_factory=dict)
    """What the feed writes, in upper or lower case, and what it means. An empty meaning drops the value; unlisted
    values stay."""
    join: str | None = None
    """Joins several values into one text, with this between them."""
    date: str | None = Field(default=None, min_length=2)
    """How dates are written, as for strptime: `%d/%m/%Y`. Not needed for ISO 8601, epoch and RFC 822.

    Months may be named in any of several languages.
    """
    escaped: int | None = Field(default=None, ge=0, le=3)
    """How many times more than usual markup and entities are escaped. Unset: recognised by content."""
    default: TextOf | None = None
    """The value if nothing is found."""

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Self:
        given = [
            name
            for name, there in (
                ("path", self.path),
                ("all", self.all),
                ("template", self.template),
                ("constant", self.constant is not None),
                ("named", self.named is not None),
            )
            if there
        ]
        if len(given) != 1:
            what = f"it has {' and '.join(given)}" if given else "it has none"
            raise ValueError(f"a field comes from one of path, all, template, constant or named; {what}")
        for template in self.template:
            template_paths(template)
        if len(self.called) > 1 and len(self.called) != len(self.path or self.all):
            raise ValueError("called holds one name, or one for each path")
        if self.date is not None:
            check_form(self.date)
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths into a row, or into the feed around it, that are looked at."""
        named = () if self.named is None else (self.named.among,)
        in_templates = (path for template in self.template for path in template_paths(template))
        return (*self.path, *self.all, *in_templates, *named)

    @cached_property
    def is_bare(self) -> bool:
        """Whether it is paths alone, with nothing done to what they find."""
        return not (self.model_fields_set - {"path", "all", "called"})

    @cached_property
    def meanings(self) -> dict[str, str]:
        """`values`, by what the feed writes in lower case."""
        return {name.casefold(): meaning for name, meaning in self.values.items()}

    def place(self, number: int, path: str) -> str:
        """What evidence calls the path of this number."""
        return self.called[min(number, len(self.called) - 1)] if self.called else path


def _rule(value: object) -> object:
    return {"path": value} if isinstance(value, (str, int, list)) and not isinstance(value, bool) else value


Rule = Annotated[ValueRule, BeforeValidator(_rule)]
"""A path, a list of paths of which the first that finds something counts, or a table."""


class PayRule(Settings):
    """Pay in numbers of its own. Amounts that are not plain numbers belong to `pay_text`."""

    min: Rule | None = None
    """The least pay."""
    max: Rule | None = None
    """The highest pay."""
    currency: Rule | None = None
    """The currency of the amounts."""
    period: Rule | None = None
    """What the amounts are paid for: year, month, week, day or hour, in almost any spelling."""
    zone: Rule | None = None
    """The place or level that the pay is for."""
    estimate: bool = False
    """The feed's own estimate. It counts only if nothing else states the pay."""
    otherwise: bool = False
    """Counts only if those before it give no amount."""
    called: str = ""
    """What evidence calls the place. Unset: the path of the first amount."""

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


class FieldRules(Settings):
    """The posting fields, and where in a row each comes from."""

    source_id: Rule
    """The feed's own id of a posting, which stays the same while the posting is open."""
    title: Rule
    """The title of the job."""
    company: Rule | None = None
    """The employer's name."""
    url: Rule | None = None
    """Where the posting can be read."""
    apply_url: Rule | None = None
    """Where people apply, if that is elsewhere."""
    company_url: Rule | None = None
    """The employer's own pages."""
    description: Rule | None = None
    """The text, as markup or plain text."""
    skills: Rule | None = None
    """Skills that the feed names, in addition to those in the text."""
    restriction: Rule | None = None
    """Places where an applicant must be."""
    worldwide: Texts = ()
    """Words that mean the whole world if they stand as a restriction: `worldwide`, `anywhere`."""
    restriction_open: Rule | None = None
    """Whether a row without a restriction is open to the whole world: `true`, `yes` or `1`."""
    locations: Rule | None = None
    """Where the job is."""
    latitude: Rule | None = None
    """How far north the place in `locations` lies, in degrees; of several places, of each in their order."""
    longitude: Rule | None = None
    """How far east it lies, in degrees."""
    headquarters: Rule | None = None
    """Where the employer is."""
    workplace: Rule | None = None
    """`remote`, `hybrid` or `onsite`. Other words are ignored."""
    timezones: Rule | None = None
    """Time zones to work in, as hours from UTC."""
    pay: tuple[PayRule, ...] = ()
    """Pay in numbers."""
    pay_text: Rule | None = None
    """Pay in words or as one text, `1.200 - 1.400 EUR a month`."""
    seniority: Rule | None = None
    """The level, as the feed writes it."""
    employment: Rule | None = None
    """The kind of employment, as the feed writes it."""
    departments: Rule | None = None
    """The departments of the company."""
    language: Rule | None = None
    """The language that the posting is written in."""
    languages: Rule | None = None
    """Languages that one must speak, by name or ISO 639-1 code."""
    posted_at: Rule | None = None
    """When it was posted."""
    expires_at: Rule | None = None
    """When it ends."""

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
            raise ValueError("pay is a table with min, max, currency and period; pay in one text is pay_text")  # noqa: TRY004 (see above)
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
