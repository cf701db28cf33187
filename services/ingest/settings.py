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
    """One source, polled. Try it first: `jobchime source check URL_OR_FILE`."""

    name: Name = Field(examples=["himalayas"])
    """Part of every posting's id: renaming a source makes all its postings new."""
    url: str = Field(examples=["https://himalayas.app/jobs/api?limit=20"])
    """An http(s) address, or the path of a file or a folder of feed files."""
    format: str = "auto"
    """The name of a format, `mapping:` and the name of a mapping, or `auto`: told by content."""
    every: Span = Field(default=timedelta(hours=1), le=timedelta(weeks=1))
    """How often it is polled, weekly at least; unset: hourly, or as seldom as its format's board asks for."""
    enabled: bool = True
    """Whether it is polled."""
    complete: bool | None = Field(default=None, examples=[False])
    """Whether each listing holds every open posting, so that what vanishes has closed; unset: by the format."""
    turns_over: bool = False
    """Whether its jobs are others from one day to the next by design, as shifts: that they are is not told, and none
    waits for a day."""
    attribution: Credit | None = Field(default=None, examples=[{"name": "Himalayas", "url": "https://himalayas.app"}])
    """Whom to name beside its postings; unset: by the format."""
    allow_private: bool = False
    """Whether it may lie at a private or loopback address."""
    robots: bool | None = Field(default=None, examples=[True])
    """Whether robots.txt is asked; unset: for web pages, and where the format is `auto`."""
    headers_from: dict[str, str] = Field(default_factory=dict, examples=[{"Authorization": "ACME_AUTHORIZATION"}])
    """Request headers, each with the name of the environment variable that holds its value: keys stay out of files."""
    max_pages: int = Field(default=50, ge=1, le=10_000)
    """Pages that one poll follows."""
    max_details: int | None = Field(default=None, ge=0, le=1_000, examples=[40])
    """Calls a poll, a posting each, for what its listing lacks; unset: by the format."""
    max_bytes: int = Field(default=60_000_000, ge=1_000, le=1_000_000_000)
    """Of each body, decompressed."""

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
    """The sources, and how they are asked."""

    sources: tuple[SourceSettings, ...] = ()
    """The feeds that are polled, one table each."""
    mappings: dict[Name, MappingSettings] = Field(default_factory=dict, examples=[{"acme": "mappings/acme.toml"}])
    """Feeds of formats that nobody named, mapped to posting fields: each a table, or the name of a file that is one."""
    contact: str = Field(default="", examples=["https://jobs.example.com/about-our-bot"])
    """An address of a page or mailbox, sent along in the User-Agent so that a board can reach the operator."""
    polls_at_once: int = Field(default=16, ge=1, le=200)
    """Of one process, each of another host. One that lasts leaves both to others, up to four times as many."""
    reads_beside: bool | None = Field(default=None, examples=[False])
    """Whether `run` has a second process (250 MB) read postings where hundreds wait; unset: on two cores or more."""
    gap: Span = timedelta(seconds=1)
    """The least time between two requests to one host."""
    connect_timeout: Span = timedelta(seconds=10)
    """For finding a host and connecting to it."""
    header_timeout: Span = timedelta(seconds=30)
    """From the beginning of a request to the end of the answer's header section."""
    read_timeout: Span = timedelta(seconds=20)
    """Between two pieces of an answer."""
    total_timeout: Span = timedelta(minutes=2)
    """For one request with its redirects and its whole body; once so much has gone by, a page is not asked again."""
    poll_timeout: Span = timedelta(minutes=8)
    """For one poll, after which it asks for no further page and no further details; never above half its lease."""
    attempts: int = Field(default=3, ge=1, le=10)
    """Requests for one page before the poll counts as failed. One that ran out of time is not asked again at once."""
    max_age: Span = timedelta(days=45)
    """How long a posting lasts where its source neither lists completely nor states an expiry."""
    silence: Span = timedelta(days=1)
    """A source without a success for this long, or for three of its intervals if that is longer, gets a warning."""
    lease: Span = timedelta(minutes=15)
    """How long a poll holds its source against other workers."""
    keep_closed: Span = timedelta(days=90)
    """How long closed items and met faults are remembered."""
    max_dead_letters: int = Field(default=200, ge=1)
    """Of one poll; the rest is counted only."""
    push: PushSettings = PushSettings()
    """The endpoint for postings that are pushed."""

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
