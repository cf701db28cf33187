"""What an operator decides of ingest: the sources, and how they are asked."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.posting import Attribution
from schemas.setting_types import Credit, Name, Span
from services.ingest.mapping.files import PREFIX
from services.ingest.mapping.settings import MappingSettings
from services.ingest.push_settings import PushSettings

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(_Settings):
    """One source that is polled. Try it first with `jobchime source check URL_OR_FILE`."""

    name: Name = Field(examples=["himalayas"])
    """The name of the source. It is part of every posting's id, so renaming a source makes all its postings new."""
    url: str = Field(examples=["https://himalayas.app/jobs/api?limit=20"])
    """An http(s) address, or the path of a file or of a folder of feed files."""
    format: str = "auto"
    """The name of a format, or `mapping:` and the name of a mapping, or `auto` to recognise it by content."""
    every: Span = Field(default=timedelta(hours=1), le=timedelta(weeks=1))
    """How often the source is polled; at least weekly. Unset: hourly, or less often where the board of its format asks
    for that."""
    enabled: bool = True
    """Whether the source is polled."""
    complete: bool | None = Field(default=None, examples=[False])
    """Whether each listing holds every open posting, so that a posting that vanishes has closed. Unset: the format
    decides."""
    turns_over: bool = False
    """Set it for a source whose jobs are meant to change from day to day, such as shifts. You are then not warned that
    they do, and new jobs are not held for a day."""
    attribution: Credit | None = Field(default=None, examples=[{"name": "Himalayas", "url": "https://himalayas.app"}])
    """Whom to name beside its postings. Unset: the format decides."""
    allow_private: bool = False
    """Whether the source may be at a private or loopback address."""
    robots: bool | None = Field(default=None, examples=[True])
    """Whether robots.txt is obeyed. Unset: yes for web pages, and if the format is `auto`."""
    headers_from: dict[str, str] = Field(default_factory=dict, examples=[{"Authorization": "ACME_AUTHORIZATION"}])
    """Request headers. Each names the environment variable that holds its value, so that keys stay out of files."""
    max_pages: int = Field(default=50, ge=1, le=10_000)
    """How many pages one poll follows."""
    max_details: int | None = Field(default=None, ge=0, le=1_000, examples=[40])
    """How many postings a poll looks up one by one for details that the listing lacks. Unset: the format decides."""
    max_bytes: int = Field(default=60_000_000, ge=1_000, le=1_000_000_000)
    """The largest body that is read, in bytes, after decompression."""

    @property
    def is_web(self) -> bool:
        return _is_web(self.url)

    def interval(self, asked: timedelta | None) -> timedelta:
        """How often to poll, where a board asks for polls no closer than `asked`."""
        return self.every if asked is None or "every" in self.model_fields_set else max(self.every, asked)

    @model_validator(mode="after")
    def _address_is_usable(self) -> Self:
        if not self.url.strip():
            raise ValueError(f"the source {self.name} has no url")
        if not self.is_web and "://" in self.url:
            raise ValueError(f"the url of the source {self.name} is neither http(s) nor a path")
        if self.is_web:
            parts = urlsplit(self.url)
            if not parts.hostname:
                raise ValueError(f"the url of the source {self.name} names no host")
            if parts.username or parts.password:
                raise ValueError(f"the url of the source {self.name} holds a password: give it by headers_from")
        for header, variable in self.headers_from.items():
            if not _VARIABLE.fullmatch(variable):
                raise ValueError(f"headers_from.{header} of the source {self.name} names an environment variable")
        return self

    @property
    def path(self) -> Path:
        """The file or folder of a source that is not on the web."""
        return Path(self.url).expanduser()


class IngestSettings(_Settings):
    """The sources, and how they are polled."""

    sources: tuple[SourceSettings, ...] = ()
    """The feeds that are polled, one table each."""
    mappings: dict[Name, MappingSettings] = Field(default_factory=dict, examples=[{"acme": "mappings/acme.toml"}])
    """Mappings, for feeds in a format that jobchime does not know: each is a table, or the name of a file that holds
    one."""
    contact: str = Field(default="", examples=["https://jobs.example.com/about-our-bot"])
    """A page or mailbox where a board can reach you. It is sent in the User-Agent."""
    polls_at_once: int = Field(default=16, ge=1, le=200)
    """How many polls one process runs at once, each of another host. A poll of over ten seconds no longer counts, up to
    four times this number in all."""
    reads_beside: bool | None = Field(default=None, examples=[False])
    """Whether `run` starts a second process (250 MB) to read postings when hundreds wait. Unset: yes on two cores or
    more."""
    gap: Span = timedelta(seconds=1)
    """The least time between two requests to one host."""
    connect_timeout: Span = timedelta(seconds=10)
    """How long finding a host and connecting to it may take."""
    header_timeout: Span = timedelta(seconds=30)
    """How long it may take from the start of a request to the end of the answer's headers."""
    read_timeout: Span = timedelta(seconds=20)
    """The longest pause between two pieces of an answer."""
    total_timeout: Span = timedelta(minutes=2)
    """How long one request may take, with redirects and the whole body. After this time a page is not requested
    again."""
    poll_timeout: Span = timedelta(minutes=8)
    """How long one poll may ask for more pages and details. Never more than half of `lease`."""
    attempts: int = Field(default=3, ge=1, le=10)
    """How often one page is requested before the poll counts as failed. A request that timed out is not repeated at
    once."""
    max_age: Span = timedelta(days=45)
    """How long a posting stays open if its source has no complete listing and gives no expiry."""
    silence: Span = timedelta(days=1)
    """A source gets a warning after this long without a success, or after three of its intervals if that is longer."""
    lease: Span = timedelta(minutes=15)
    """How long a poll keeps other workers away from its source."""
    keep_closed: Span = timedelta(days=90)
    """How long closed items and faults are remembered."""
    max_dead_letters: int = Field(default=200, ge=1)
    """How many dead letters one poll writes. Further faults are only counted."""
    push: PushSettings = PushSettings()
    """The endpoint to which postings are pushed."""

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        names = [source.name for source in self.sources]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two sources are named {name}")
        for key, pushed in self.push.keys.items():
            if pushed.source in names:
                raise ValueError(f"the push key {key} names the source {pushed.source}, which is polled")
        return self

    def source(self, name: str) -> SourceSettings | None:
        return next((source for source in self.sources if source.name == name), None)

    def attribution_of(self, name: str) -> Attribution | None:
        """Whom a source asks to name, by the settings, be it polled or pushed."""
        polled = self.source(name)
        if polled is not None:
            return polled.attribution
        return next((key.attribution for key in self.push.keys.values() if key.source == name), None)

    def mapping_of(self, source: SourceSettings) -> MappingSettings | None:
        """The mapping of one's own that a source is read by; None where there is none."""
        return self.mappings.get(source.format.removeprefix(PREFIX)) if source.format.startswith(PREFIX) else None

    def silence_of(self, source: SourceSettings) -> timedelta:
        """How long `source` may be silent before a warning."""
        return max(self.silence, 3 * source.every)


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def source_for(
    target: str, *, name: str = "check", allow_private: bool = False, format: str = "auto"
) -> SourceSettings:
    """A source made of a bare address or path, as given on a command line. Raises ValueError."""
    return SourceSettings(name=name, url=target, allow_private=allow_private, format=format)
