"""What would have a saved search bring more, each by one press that changes it, and another that takes it back.

What a press does is what a button of the search's own form does, and is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeSerializer

from schemas.criteria import Criteria
from services.portal.about_oneself import owner_fields
from services.portal.links.undoing import UNDONE, signer
from services.portal.preview_page import Outlook, outlook
from services.portal.search_form import asking, changed_fields, given_of, instead, search_of
from services.runtime.errors import ChangedError
from services.usecases import links, searches
from services.usecases.errors import MissingError, WrongFieldError
from services.usecases.installation import Installation
from services.usecases.links import SavedSearch, Subscriber
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import WantedSearch, query_of
from services.usecases.searches import reader as reader_of
from services.usecases.wording import criteria_in_words
from services.wording.dates import moment_in_words
from services.wording.lines import zone_of
from services.wording.words import Words, mark

WIDEN: Final = "widen"
"""What such a form says."""
MOST: Final = 5
"""Searches of which a page says it: each takes as long as a preview."""
_WIDENED: Final = mark("Done: this search asks for less from now on.")
_CHANGED: Final = mark("This search was changed elsewhere in the meantime: nothing was done.")


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a press did to a search, in the reader's words."""

    search_id: str
    said: str
    undo: str
    """What a press sends that takes it back; empty where nothing is to be taken back."""


def foreseen(
    installation: Installation,
    live: LivePreviews,
    person: Subscriber,
    search: SavedSearch,
    words: Words,
    now: datetime,
    *,
    whatever_comes: bool = False,
) -> Outlook | None:
    """What comes of a saved search, and what would bring more, each with what a press sends; None while postings are
    still being read.

    `whatever_comes`: as of `outlook`. Raises UnavailableError.
    """
    given = _form(search, words) | owner_fields(person.profile, words)
    wanted = WantedSearch(search.name, search.timing, search.criteria, search.preferred_places)
    reader = reader_of(installation, person.subscriber_id)
    found = outlook(live, wanted, given, reader, words, now, whatever_comes=whatever_comes)
    if found is None:
        return None
    sign, before = _signer(installation, person, now), _asked(search, words)
    return replace(
        found,
        looser=[(said, str(sign.dumps([search.search_id, before, other, False]))) for said, other in found.looser],
    )


def press(
    installation: Installation, person: Subscriber, sent: str, words: Words, now: datetime, *, by_link: bool = False
) -> Pressed:
    """Do what a press sends; done twice it is done once. Raises MissingError for what no page of theirs offered.

    `by_link`: it was pressed by whoever holds a link of a mail.
    """
    sign = _signer(installation, person, now)
    try:
        search_id, before, other, undoes = sign.loads(sent)
    except BadSignature:
        raise MissingError("no page offered that") from None
    search = links.own_search(installation, person, search_id)
    given = _form(search, words)
    wanted = instead(given, other)
    # By what they ask for: the language of the page may be another since.
    if _criteria(wanted, words) != _criteria(given, words):
        if _criteria(given, words) != _criteria(instead(given, before), words):
            return Pressed(search_id, words.say(_CHANGED), "")
        try:
            search = _saved(installation, person, search, wanted, words, now, by_link=by_link)
        except ChangedError:
            # By the same press at the same moment, as may be.
            return press(installation, person, sent, words, now, by_link=by_link)
    if undoes:
        return Pressed(search_id, words.say(UNDONE), "")
    return Pressed(search_id, words.say(_WIDENED), str(sign.dumps([search_id, _asked(search, words), before, True])))


def changed_by_link(
    installation: Installation, person: Subscriber, search: SavedSearch, words: Words, now: datetime
) -> Pressed | None:
    """What whoever holds a link of a mail did to a search since its owner last knew; None where nothing."""
    if search.by_link is None:
        return None
    at = search.by_link.at.astimezone(zone_of(person.profile.time_zone))
    said = words.say(
        "On {when}, a link in one of your mails changed what this search asks for. Before, it asked for: {before}.",
        when=moment_in_words(at, words.locale),
        before=" · ".join(criteria_in_words(search.by_link.before, words)),
    )
    before = _asked(replace(search, criteria=search.by_link.before), words)
    sign = _signer(installation, person, now)
    return Pressed(search.search_id, said, str(sign.dumps([search.search_id, _asked(search, words), before, True])))


def _saved(
    installation: Installation,
    person: Subscriber,
    search: SavedSearch,
    wanted: Mapping[str, str],
    words: Words,
    now: datetime,
    *,
    by_link: bool,
) -> SavedSearch:
    fields = changed_fields(wanted, query_of(search), search.timing, words)
    try:
        searches.check_room(installation, person, fields["name"], search.search_id)
    except WrongFieldError:
        # Another one is called so: nobody who presses a button is asked for a name.
        fields["name"] = search.name
    named = {"name": fields["name"], "criteria": fields["criteria"]}
    return searches.revise(installation, search, named, now, by_link=by_link)


def _form(search: SavedSearch, words: Words) -> dict[str, str]:
    return given_of(query_of(search), search.timing, words)


def _asked(search: SavedSearch, words: Words) -> str:
    """What it asks for, as `instead` takes it."""
    return urlencode(asking(_form(search, words)))


def _criteria(given: Mapping[str, str], words: Words) -> Criteria | None:
    asked = search_of(given, words)
    return asked.criteria if asked else None


def _signer(installation: Installation, person: Subscriber, now: datetime) -> URLSafeSerializer:
    return signer(installation, f"{WIDEN} {person.subscriber_id}", now)
