"""People as curation takes them: their facts, with what they said of jobs and companies."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, not_, select

from schemas.sql.tables import criteria, saved_searches, subscribers
from services.notifier.adapters.sql.people.feedback import NOTHING, feedback_of
from services.notifier.adapters.sql.rows import chunks, criteria_in, to_json
from services.notifier.domain.model import Ask, Recipient
from services.notifier.domain.people import Profile
from services.notifier.domain.selectivity import SELECTIVITIES, Selectivity
from services.rules.home import Home, home_read
from services.rules.languages.speaking import SpokenLanguage

_FACTS = ("address", "name", "time_zone", "currency", "locale", "years")
_SAID = ("worked_as", "knows", "avoids")
"""Of which somebody may say several, in their order."""


def recipients_of(connection: Connection, subscriber_ids: Sequence[str]) -> dict[str, Recipient]:
    """By subscriber; the unknown are left out."""
    feedback, asks = feedback_of(connection, subscriber_ids), _asks_of(connection, subscriber_ids)
    found: dict[str, Recipient] = {}
    for some in chunks(subscriber_ids):
        for row in connection.execute(select(subscribers).where(subscribers.c.subscriber_id.in_(some))):
            theirs = feedback.get(row.subscriber_id, NOTHING)
            found[row.subscriber_id] = Recipient(
                subscriber_id=row.subscriber_id,
                address=row.address,
                name=row.name,
                time_zone=row.time_zone,
                currency=row.currency,
                locale=row.locale,
                speaks=speaks_read(row.speaks),
                home=home_in(row),
                years=row.years,
                worked_as=texts_read(row.worked_as),
                knows=texts_read(row.knows),
                avoids=texts_read(row.avoids),
                selectivity=selectivity_read(row.selectivity),
                hidden_companies=theirs.hidden_companies,
                not_relevant=theirs.not_relevant,
                asks=tuple(asks.get(row.subscriber_id, ())),
                answers=theirs.answers,
            )
    return found


def _asks_of(connection: Connection, subscriber_ids: Sequence[str]) -> dict[str, list[Ask]]:
    """What the searches of each ask for that are not paused, by name."""
    asks: dict[str, list[Ask]] = {}
    for some in chunks(subscriber_ids):
        searches = (
            select(saved_searches.c.subscriber_id, saved_searches.c.name, criteria.c.document)
            .join(criteria, criteria.c.key == saved_searches.c.key)
            .where(saved_searches.c.subscriber_id.in_(some), not_(saved_searches.c.paused))
        )
        for row in connection.execute(searches):
            asks.setdefault(row.subscriber_id, []).append(Ask(row.name, criteria_in(row.document)))
    for own in asks.values():
        own.sort(key=lambda ask: ask.name)
    return asks


def is_unchanged(recipient: Recipient, row: Row[Any]) -> bool:
    """Whether a subscriber's row still has the facts that a digest is chosen, written and sent by."""
    same = all(getattr(row, fact) == getattr(recipient, fact) for fact in _FACTS)
    same = same and all(texts_read(getattr(row, fact)) == getattr(recipient, fact) for fact in _SAID)
    said = speaks_read(row.speaks), home_in(row), selectivity_read(row.selectivity)
    return same and said == (recipient.speaks, recipient.home, recipient.selectivity)


def home_in(row: Row[Any]) -> Home | None:
    """Where the subscriber of a row lives."""
    return home_read(row.home) if row.home else None


def profile_in(row: Row[Any]) -> Profile:
    """The facts of the subscriber of a row."""
    facts = row.address, row.name, row.time_zone, row.currency, row.locale, speaks_read(row.speaks)
    said = texts_read(row.worked_as), texts_read(row.knows), texts_read(row.avoids)
    return Profile(*facts, home_in(row), row.years, *said, selectivity_read(row.selectivity))


def said_columns(profile: Profile) -> dict[str, str | int | None]:
    """What somebody says of themself, as the table of subscribers has it; null where they do not say."""
    return {
        "speaks": to_json([str(language) for language in profile.speaks]) if profile.speaks else None,
        "home": str(profile.home) if profile.home else None,
        "years": profile.years,
        **{fact: to_json(list(said)) if (said := getattr(profile, fact)) else None for fact in _SAID},
        "selectivity": None if profile.selectivity == "usual" else profile.selectivity,
    }


def speaks_read(text: str | None) -> tuple[SpokenLanguage, ...]:
    """Languages of a column."""
    parts = (spoken.partition(":") for spoken in json.loads(text or "[]"))
    return tuple(SpokenLanguage(code, level or None) for code, _, level in parts)


def texts_read(text: str | None) -> tuple[str, ...]:
    """The texts of a column."""
    return tuple(json.loads(text or "[]"))


def selectivity_read(text: str | None) -> Selectivity:
    """That of a column; one that only a later release knows is the usual one here."""
    return next((known for known in SELECTIVITIES if known == text), "usual")
