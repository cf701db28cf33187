"""Recruitee's careers API: JSON, all published offers of one company."""

from dataclasses import replace

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    distinct,
    list_of,
    markup_of,
    object_of,
    place_text,
    plain,
    stated,
    text_of,
    texts_of,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft, Stated
from services.ingest.ports import JsonObject, Skip

_FLAGS = (("hybrid", "hybrid"), ("remote", "remote"), ("on_site", "onsite"))
"""The strongest first: several may be set at once."""
_UNREAD = ("open_questions", "dynamic_fields", "sharing_description", "sharing_title", "sharing_image", "cover_image")
"""The application's form, and what social media are shown."""


class Recruitee(Board):
    """GET https://{company}.recruitee.com/api/offers/, also under a company's own domain."""

    def detects(self, body: bytes) -> bool:
        """By an offer's fields; an empty listing by holding nothing else."""
        seen = peek(body, self.array)
        if seen.firsts:
            return {"careers_url", "slug"} <= seen.firsts[0].keys()
        return seen.wrapper.keys() == {"offers"}

    def item(self, row: JsonObject) -> Part:
        """Skip what is not published; of the translations, which repeat the whole offer, keep the languages."""
        source_id = text_of(row.get("id"))
        if text_of(row.get("status")) not in {"", "published"}:
            return Skip("an offer that is not published", source_id or None)
        unread = {name for name in row if name.startswith("options_")}.union(_UNREAD)
        kept = {name: value for name, value in row.items() if name not in unread}
        if "translations" in kept:
            kept["translations"] = sorted(object_of(kept["translations"]))
        return identified(source_id, kept, field="id")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; text and places are in pieces, and the only translation is its language."""
        languages = texts_of(data.get("translations"))
        return replace(
            super().draft(data),
            html=_markup(data),
            locations=_locations(data),
            workplace=tuple(Stated(name, word) for name, word in _FLAGS if data.get(name) is True),
            language=languages[0] if len(languages) == 1 else None,
        )


def _markup(data: JsonObject) -> str:
    """The description, then the requirements, which the page shows under a heading of its own."""
    parts = [markup_of(text_of(data.get("description")))]
    requirements = markup_of(text_of(data.get("requirements")))
    if requirements:
        parts += ["<h3>Requirements</h3>", requirements]
    return "\n".join(part for part in parts if part)


def _locations(data: JsonObject) -> tuple[Stated, ...]:
    """The list of places; without one, the offer's own. `location` is "Remote job" where it is remote."""
    listed = distinct(*(stated("locations", _written(place)) for place in list_of(data.get("locations"))))
    own = {"city": data.get("city"), "state": data.get("state_name"), "country": data.get("country")}
    return listed or stated("city, state_name, country", _written(own)) or stated("location", data.get("location"))


def _written(served: object) -> str:
    fields = object_of(served)
    country = text_of(fields.get("country")) or text_of(fields.get("country_code"))
    place = place_text(plain(text_of(fields.get("city"))), plain(text_of(fields.get("state"))), plain(country))
    return place or plain(text_of(fields.get("name")))
