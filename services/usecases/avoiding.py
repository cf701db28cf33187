"""What of a job that somebody calls not relevant they would rather not do at all: said of themself, and taken back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.avoidable import avoidable
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.feedback import wishes_of
from services.notifier.domain.people import Subscriber
from services.notifier.domain.said import MOST_SAID
from services.rules.themes import themes
from services.usecases import accounts, links
from services.usecases.errors import MissingError
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews, Recipient
from services.usecases.searches import query_of, reader

_MOST_WEIGHED: Final = 5
"""Searches: each takes as long as a preview, and a page waits for them."""

_MOST_OTHERS: Final = 4
"""Of a theme: they show what kind of words count, not all of them."""


def of_job(installation: Installation, person: Subscriber, posting: PostingCore) -> tuple[str, ...]:
    """Words of a job's title that they could say they avoid; none once they say as much as they may.

    Raises UnavailableError.
    """
    whom = reader(installation, person.subscriber_id)
    return _offered_to(whom, posting) if len(whom.avoids) < MOST_SAID else ()


def costs(
    installation: Installation, live: LivePreviews, person: Subscriber, some: tuple[str, ...], now: datetime
) -> Mapping[str, int]:
    """By each of several: how many of the newest that would be mailed would fall below the bar.

    Nothing while postings are still read, and of who has too many searches. Raises UnavailableError.
    """
    asked = [search for search in links.searches(installation, person) if not search.paused]
    if not live.ready or not some or not 0 < len(asked) <= _MOST_WEIGHED:
        return {}
    whom = reader(installation, person.subscriber_id)
    readers = (whom, *(replace(whom, avoids=(*whom.avoids, words)) for words in some))
    passing = [live.passing_of(query_of(search), readers, now) for search in asked]
    now_passing, *then = (frozenset[str]().union(*of_searches) for of_searches in zip(*passing, strict=True))
    return {words: len(now_passing - left) for words, left in zip(some, then, strict=True)}


def covered(avoids: Sequence[str], language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of what somebody would rather not do, what names a theme; with what else a job may say to be about it."""
    for said in avoids:
        found = (other for theme in themes().named(said) for other in theme.other_words(said, language, _MOST_OTHERS))
        if others := tuple(dict.fromkeys(found)):
            yield said, others


def avoid(installation: Installation, person: Subscriber, posting_id: str, words: str, now: datetime) -> None:
    """Have them avoid what a job's title says; said again it changes nothing.

    Raises MissingError for what the title does not say or their searches do, ChangedError.
    """
    posting, profile = links.posting_of(installation, posting_id), person.profile
    others = [said for said in profile.avoids if said != words]
    whom = replace(reader(installation, person.subscriber_id), avoids=tuple(others))
    # Who holds a link of theirs is not told what they avoid beside what this title says.
    if posting is None or len(others) >= MOST_SAID or words not in _offered_to(whom, posting):
        raise MissingError("that job says no such thing beside what you look for")
    if words not in profile.avoids:
        accounts.change(installation, person.subscriber_id, {"avoids": [*others, words]}, now, known=profile)


def take_back(installation: Installation, person: Subscriber, words: str, now: datetime) -> None:
    """Have them avoid it no more; said again it changes nothing. Raises ChangedError."""
    profile = person.profile
    left = [said for said in profile.avoids if said != words]
    accounts.change(installation, person.subscriber_id, {"avoids": left}, now, known=profile)


def _offered_to(whom: Recipient, posting: PostingCore) -> tuple[str, ...]:
    return avoidable([wish for _, wish in wishes_of(whom)], PostingFeatures(posting))
