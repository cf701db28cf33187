"""The invented people of labels/relevance: who they are, their searches, and what looks wanted to them in raw text."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from services.notifier.domain.selectivity import Selectivity

Half = Literal["seen", "unseen"]
Group = Literal["seen", "unseen", "training", "deciding"]

LABELS: Final = Path(__file__).parents[1] / "labels" / "relevance"
_TIMING: Final = ("name", "cadence", "hour", "weekday", "criteria", "preferred_places")


@dataclass(frozen=True)
class Wanted:
    """Expressions for what looks wanted by the raw text alone."""

    title: re.Pattern[str]
    where: re.Pattern[str]
    """Held against the short fields: place, tags, company."""
    body: re.Pattern[str]
    around: re.Pattern[str]
    """Titles beside the trade."""


@dataclass(frozen=True)
class Person:
    """Somebody who is mailed."""

    name: str
    half: Group
    who: str
    lives: str
    speaks: tuple[str, ...]
    time_zone: str
    currency: str
    searches: tuple[Mapping[str, Any], ...]
    wanted: Wanted
    home: str | None = None
    """The town where they live and its country, "Lyon, FR", or the country alone."""
    years: int | None = None
    """Whole years in the trade that they look for; 0 for who begins."""
    worked_as: tuple[str, ...] = ()
    """Ids of the roles that they have had."""
    knows: tuple[str, ...] = ()
    """What they would type where the form asks what they can do."""
    avoids: tuple[str, ...] = ()
    """And what they would rather not do."""
    selectivity: Selectivity = "usual"

    @property
    def silent(self) -> "Person":
        """Them where they say nothing of the work that they have done, can do or avoid."""
        return replace(self, worked_as=(), knows=(), avoids=())

    @property
    def address(self) -> str:
        return f"{self.name}@people.example"

    @property
    def line(self) -> str:
        """As an import takes it."""
        searches = [{field: search[field] for field in _TIMING if field in search} for search in self.searches]
        given = {"address": self.address, "name": self.name.capitalize(), "searches": searches}
        of_person = {"time_zone": self.time_zone, "currency": self.currency, "locale": "en", "speaks": self.speaks}
        of_work = {"home": self.home, "years": self.years, "worked_as": self.worked_as}
        of_work |= {"knows": self.knows, "avoids": self.avoids}
        return json.dumps(given | of_person | of_work | {"selectivity": self.selectivity})


def people(groups: Sequence[Group] = get_args(Half)) -> list[Person]:
    """Those of some groups, in the order of the files."""
    return [_person(name, half, fields) for half in groups for name, fields in _read(half).items()]


def _read(half: Group) -> dict[str, dict[str, Any]]:
    return tomllib.loads((LABELS / f"people-{half}.toml").read_text(encoding="utf-8"))


def _person(name: str, half: Group, fields: Mapping[str, Any]) -> Person:
    wanted = {field: re.compile(expression, re.IGNORECASE) for field, expression in fields["wanted"].items()}
    return Person(
        name=name,
        half=half,
        who=fields["who"],
        lives=fields["lives"],
        speaks=tuple(fields["speaks"]),
        time_zone=fields["time_zone"],
        currency=fields["currency"],
        searches=tuple(fields["searches"]),
        wanted=Wanted(**wanted, around=re.compile(fields["around"], re.IGNORECASE)),
        home=fields.get("home"),
        years=fields.get("years"),
        worked_as=tuple(fields.get("worked_as", ())),
        knows=tuple(fields.get("knows", ())),
        avoids=tuple(fields.get("avoids", ())),
    )
