"""Ashby's job board API: JSON, one whole board of one company."""

import re
from dataclasses import replace
from functools import cache
from urllib.parse import unquote

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    as_written,
    band,
    distinct,
    list_of,
    object_of,
    place_text,
    plain,
    remote_flag,
    stated,
    text_of,
    workplace_word,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft, PayBand, Stated
from services.ingest.ports import JsonObject, Skip
from services.rules.lexicon.builder import any_of

_TIER_WORDS = ("title", "tierSummary", "additionalInformation")


@cache
def _on_target() -> re.Pattern[str]:
    return re.compile(any_of("pay.on_target", languages=("en",)), re.IGNORECASE)


@cache
def _base() -> re.Pattern[str]:
    return re.compile(rf"{any_of('pay.sure', languages=('en',))}.*\d{{2}}", re.IGNORECASE)


class Ashby(Board):
    """GET https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true."""

    def detects(self, body: bytes) -> bool:
        """By a job's fields; an empty board by its version alone."""
        seen = peek(body, self.array)
        if seen.firsts:
            first = seen.firsts[0].keys()
            return "jobUrl" in first and not first.isdisjoint({"descriptionHtml", "isListed"})
        return seen.wrapper.keys() == {"jobs", "apiVersion"}

    def item(self, row: JsonObject) -> Part:
        """Skip what is not listed; drop the plain repeat of the description."""
        source_id = text_of(row.get("id"))
        if row.get("isListed") is False:
            return Skip("an unlisted job", source_id or None)
        repeats = {"descriptionPlain"} if text_of(row.get("descriptionHtml")) else set()
        return identified(source_id, {name: part for name, part in row.items() if name not in repeats}, field="id")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; the company, places, workplace and pay are told by more than one field."""
        draft = super().draft(data)
        shown = data.get("shouldDisplayCompensationOnJobPostings") is not False
        compensation = object_of(data.get("compensation")) if shown else {}
        pay = _pay(compensation)
        return replace(
            draft,
            company=as_written(_company(draft.url), draft.html),
            locations=_locations(data),
            workplace=_workplace(data),
            pay=pay,
            pay_text=() if any(offer.kind != "ote" for offer in pay) else _base_of(compensation),
        )


def _workplace(data: JsonObject) -> tuple[Stated, ...]:
    """`workplaceType` decides, for `isRemote` is true of hybrid jobs too; without it false is onsite, null nothing."""
    word = workplace_word(text_of(data.get("workplaceType")))
    if word:
        return (Stated("workplaceType", word),)
    return remote_flag("isRemote", data.get("isRemote"))


def _locations(data: JsonObject) -> tuple[Stated, ...]:
    """The anchor office, then the secondary locations (texts on old boards), each with its address."""
    found = [stated("location", data.get("location")), stated("address", _address(data.get("address")))]
    for other in list_of(data.get("secondaryLocations")):
        fields = object_of(other)
        found.append(stated("secondaryLocations", text_of(other) or fields.get("location")))
        found.append(stated("secondaryLocations", _address(fields.get("address"))))
    return distinct(*found)


def _address(served: object) -> str:
    address = object_of(object_of(served).get("postalAddress")) or object_of(served)
    return place_text(*(text_of(address.get(name)) for name in ("addressLocality", "addressRegion", "addressCountry")))


def _pay(compensation: JsonObject) -> tuple[PayBand, ...]:
    """Bands of type Salary, one a tier; components come in any order, equity, bonus and commission among them.

    A tier whose words call it OTE holds on-target earnings under that type.
    """
    found: tuple[PayBand, ...] = ()
    for tier in map(object_of, list_of(compensation.get("compensationTiers"))):
        bands = _salaries("compensationTiers", tier.get("components"), zone=plain(text_of(tier.get("title"))) or None)
        hoped = any(_on_target().search(text_of(tier.get(name))) for name in _TIER_WORDS)
        found += tuple(replace(offer, kind="ote") for offer in bands) if hoped else bands
    return found or _salaries("summaryComponents", compensation.get("summaryComponents"), zone=None)


def _base_of(compensation: JsonObject) -> tuple[Stated, ...]:
    """What the summary of the tiers says; where that speaks of OTE, its parts on base pay alone."""
    summary = text_of(compensation.get("compensationTierSummary"))
    tiers = [text_of(object_of(tier).get("tierSummary")) for tier in list_of(compensation.get("compensationTiers"))]
    if not any(_on_target().search(words) for words in (summary, *tiers)):
        return stated("compensationTierSummary", summary)
    parts = (part.strip() for words in tiers for part in words.split("•"))
    return stated("tierSummary", *(part for part in parts if _base().search(part) and not _on_target().search(part)))


def _salaries(field: str, components: object, *, zone: str | None) -> tuple[PayBand, ...]:
    found: tuple[PayBand, ...] = ()
    for part in map(object_of, list_of(components)):
        if part.get("compensationType") == "Salary":
            low, high = part.get("minValue"), part.get("maxValue")
            found += band(field, low, high, part.get("currencyCode"), part.get("interval"), zone=zone)
    return found


def _company(url: str | None) -> str:
    """The board's name in the address: no field holds the company's."""
    parts = unquote(url or "").split("/")
    return parts[3].replace("-", " ").strip() if len(parts) > 4 else ""
