"""posting.v1: a raw posting normalised."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

from pydantic import Field, model_validator

from schemas.model import Instant, Model

Status = Literal["open", "closed"]
Workplace = Literal["remote", "hybrid", "onsite", "unknown"]
Scope = Literal["worldwide", "listed", "unknown"]
Period = Literal["year", "month", "week", "day", "hour", "project"]
Seniority = Literal[
    "intern", "junior", "mid", "senior", "lead", "staff", "principal", "manager", "director", "executive"
]
Employment = Literal["full_time", "part_time", "contract", "temporary", "internship", "freelance"]
"""What a search may ask for."""
Form = Literal[
    "full_time", "part_time", "contract", "temporary", "internship", "freelance",
    "apprenticeship", "student", "volunteer",
]  # fmt: skip
"""What a posting may say; `student` is a job beside one's studies."""

LanguageLevel = Literal["basic", "working", "fluent", "native"]
Visa = Literal["offered", "refused", "unknown"]
Strength = Literal["title", "required", "wanted", "bonus", "employer", "passing"]
"""How a posting means a skill that it names, what says most first.

`wanted` is what the work is done with, and what is preferred; `bonus` a plus; `employer` what the employer or its
benefits are about; `passing` what is named otherwise, or not needed.
"""
ConditionKind = Literal["relocation", "licence", "shifts", "enrolment", "pool"]
"""What a posting may set as a condition: to live somewhere or move there, a licence or entry in a register of a trade,
work at night or in shifts round the clock, to be enrolled as a student, to wait until a post is open."""
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
CORE: Final[frozenset[Strength]] = frozenset({"title", "required"})
MENTIONED: Final[frozenset[Strength]] = frozenset({"bonus", "employer", "passing"})
"""Of a skill that is named and not asked for."""

REVISIONS = 1_000
"""How many normaliser revisions fit into one version number."""


def posting_id_of(source: str, source_id: str) -> str:
    """Name a posting by where it came from: 20 hexadecimal digits, the same at every fetch."""
    return hashlib.blake2b(f"{source}\0{source_id}".encode(), digest_size=10).hexdigest()


def version_of(fetched_at_ms: int, revision: int) -> int:
    """Pack (fetched_at in ms, normaliser revision) into one integer that orders as the pair does and is below 2**53."""
    if not 0 <= revision < REVISIONS:
        raise ValueError(f"a normaliser revision lies between 0 and {REVISIONS - 1}")
    return fetched_at_ms * REVISIONS + revision


def fetched_at_of(version: int) -> datetime:
    """When the posting of a version was fetched, to the millisecond; in UTC."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=version // REVISIONS)


def revision_of(version: int) -> int:
    """The normaliser's revision by which the posting of a version was read."""
    return version % REVISIONS


class Skill(Model):
    """A skill by its canonical name."""

    name: str
    core: bool = False
    """In the title or among the requirements: told from the strength."""
    strength: Strength | None = None
    """How it is meant; None in records from before this was told, of skills that are not core."""

    @property
    def mentioned(self) -> bool:
        """Whether the posting names it without asking for it, as far as is told."""
        return self.strength in MENTIONED

    @model_validator(mode="before")
    @classmethod
    def _core_by_strength(cls, given: Any) -> Any:
        # Records from before there were strengths say of a skill whether it is core, and of no other how it is meant.
        if not isinstance(given, dict):
            return given
        strength = given.get("strength") or ("required" if given.get("core") else None)
        return given | {"strength": strength, "core": strength in CORE}


class Spoken(Model):
    """Human languages that the work needs or wishes for; one of them is enough."""

    any: tuple[str, ...]
    """ISO 639-1."""
    level: LanguageLevel | None = None
    """None where the posting says nothing of it."""
    need: Literal["needed", "wanted"] = "needed"


class Condition(Model):
    """What a posting asks for that not everybody has who can do the work."""

    kind: ConditionKind
    places: tuple[str, ...] = ()
    """Codes, one of which will do: where one must live, or what the licence is of; empty where none is told."""
    towns: tuple[int, ...] = ()
    """Where one must live, by GeoNames' ids."""


class Company(Model):
    """Who employs."""

    name: str
    url: str | None = None


class Attribution(Model):
    """Whom a source asks us to name and link beside its posting."""

    name: str
    """The name that readers see."""
    url: str
    """The address that the name links to."""


class Reach(Model):
    """Where one may work from. `unknown` is a third state, never guessed into one of the others."""

    scope: Scope = "unknown"
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, as named; groups are not expanded into it."""
    subdivisions: tuple[str, ...] = ()
    """ISO 3166-2."""
    groups: tuple[str, ...] = ()
    """Named groups of countries, lower case: eu, europe, latam, emea, ..."""
    excluded: tuple[str, ...] = ()
    """Countries, subdivisions or groups that are ruled out."""


class Timezones(Model):
    """The standard-time offsets that fit, hours from UTC, both ends included."""

    min: float
    max: float


class Hours(Model):
    """How long a week of work is."""

    min: int
    max: int


class Salary(Model):
    """Pay as stated, and what it comes to in a year."""

    min: float | None = None
    max: float | None = None
    currency: str | None = None
    """ISO 4217."""
    period: Period
    annual_min: float | None = None
    """In the stated currency; None for project pay."""
    annual_max: float | None = None
    tops: dict[str, int] = Field(default_factory=dict)
    """The highest annual pay in every currency with a known rate; empty where there is no rate or no annual."""
    stated: dict[str, int] = Field(default_factory=dict)
    """The least annual pay in each further currency that it is stated in, as for another country.

    The tops of these are as stated there, and not converted.
    """
    estimated: bool = False
    """Whether the board estimates it, and the employer says nothing."""
    rates_on: str | None = None
    """The day of the rates, ISO 8601."""


class Cluster(Model):
    """What says that two postings are the same job."""

    key: str
    """Company, title, reach, seat and language, folded: `services.rules.signature.cluster_key`."""
    signature: str = ""
    """MinHash of the text, hexadecimal, see `services.rules.signature`."""


class Evidence(Model):
    """Which words, in which field, decided something."""

    source: str = Field(alias="from")
    text: str

    model_config = Model.model_config | {"populate_by_name": True, "serialize_by_alias": True}


class PostingCore(Model):
    """What a match carries of a posting: all that matching, judging and showing it needs."""

    posting_id: str
    version: int
    """`version_of(fetched_at, normaliser revision)`; higher is newer."""
    source: str
    source_id: str
    url: str | None = None
    apply_url: str | None = None
    status: Status = "open"
    backlog: bool = False
    """Found by a source's first poll and posted too long before it to be news: indexed, never alerted."""
    attribution: Attribution | None = None
    title: str
    company: Company
    description_text: str = ""
    language: str | None = None
    """What it is written in, ISO 639-1."""
    languages: tuple[Spoken, ...] = ()
    """What it says that the work needs; empty where it says nothing."""
    roles: tuple[str, ...] = ()
    """What the job is, of `services.rules.roles`, the deciding one first; empty where nothing says so, six at most."""
    skills: tuple[Skill, ...] = ()
    workplace: Workplace = "unknown"
    reach: Reach = Reach()
    towns: tuple[int, ...] = ()
    """Where work that is not remote is done, by GeoNames' ids, any of which will do; empty where no known town is
    named. `services.rules.places.towns` knows their names and where they lie."""
    timezones: Timezones | None = None
    salary: Salary | None = None
    seniority: Seniority | None = None
    employment: Employment | None = None
    """What releases without `forms` know of them: None where several are offered, of employment for a time the form of
    its time."""
    forms: tuple[Form, ...] = ()
    """The forms of employment of which one is enough; of employment for a time its form, then how much work it is.

    Empty where nothing says so, and in older records.
    """
    hours: Hours | None = None
    """Of a week, as far as they are told."""
    visa: Visa = "unknown"
    """Whether the employer sponsors a visa; `refused` too where one must hold the right to work already."""
    conditions: tuple[Condition, ...] = ()
    """What it asks for beside all that; at most one of a kind. Empty where it says nothing, and in older records."""
    posted_at: Instant | None = None
    expires_at: Instant | None = None
    fetched_at: Instant
    content_hash: str = ""
    cluster: Cluster

    @property
    def offered(self) -> tuple[Form, ...]:
        """The forms of employment, also of a record that is older than they are."""
        return self.forms or ((self.employment,) if self.employment else ())

    @property
    def ends_by_a_day(self) -> bool:
        """Whether its forms are those of one employment for a time, and how much work that is."""
        return len(self.forms) > 1 and self.employment == self.forms[0]

    @property
    def ends(self) -> bool:
        """Whether it says that its work ends, or is no employment: none of its forms may last."""
        return self.ends_by_a_day or (bool(self.offered) and not {"full_time", "part_time"} & {*self.offered})

    @property
    def seen_at(self) -> Instant:
        """When the job became known: its own date, else the fetch."""
        return min(self.posted_at, self.fetched_at) if self.posted_at else self.fetched_at


class Posting(PostingCore):
    """posting.v1, whole."""

    description_html: str = ""
    """Sanitised: safe to show as it is."""
    evidence: dict[str, tuple[Evidence, ...]] = Field(default_factory=dict)
    """By field name: what decided it."""

    def core(self) -> PostingCore:
        """What a match carries: the posting without its HTML and evidence."""
        return PostingCore.model_construct(**{name: getattr(self, name) for name in PostingCore.model_fields})
