"""What a search would find while somebody types it: over the postings of the last days, which are kept in columns."""

import gc
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import prod
from operator import attrgetter
from threading import Condition, Lock
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from cachetools import LRUCache, cachedmethod

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.memory.past import PastFindings, PastInColumns, PastVersion
from services.matcher.backtest import Past
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.windows.past_postings import OpenedPostings, SqlPastPostings
from services.notifier.candidates import NewestPostings
from services.notifier.domain.curation.cards import cards_of
from services.notifier.domain.curation.judging import Judging, PostingFeatures
from services.notifier.domain.model import Digest, DueSearch, Hold, Item, Recipient
from services.notifier.domain.weights import Chance
from services.notifier.ports import Links
from services.rules.criterion import Relaxation
from services.rules.criterion.salary import annual_floor
from services.rules.money import currency_of
from services.runtime.chunks import chunked
from services.runtime.garbage import collect_and_freeze
from services.usecases.accounts import profile_from
from services.usecases.installation import Installation
from services.usecases.previewed import FirstMail, LivePreview, Loosened, Taste, bins_of, mailed_of, mails_a_week
from services.usecases.previews import UnsentMails
from services.usecases.searches import Query
from services.wording.lines import country_of_zone

__all__ = ["LivePreviews", "Recipient", "reader_from", "usual_currency"]

_READ: Final = 500
_WEIGHED: Final = 100
_SHOWN: Final = 50
"""In a feed."""
_UNLIKELY: Final = 10
_KINDS: Final = 6
"""As many one looks through without having to scroll."""
_REMEMBERED: Final = 5_000
_KEPT: Final = 200
_MOST_LOOSENED: Final = 6
_MOST_WAYS: Final = 3
_JUDGED: Final = 20_000
_HARDLY_EVER: Final = 1_000
"""After so many times as many objects as Python itself waits for, by its tenths of a million."""
_MANY: Final = 5_000
_WEEK: Final = timedelta(days=7)
_NO_LINKS: Final = Links(unsubscribe="", manage="", not_relevant={})
_NOBODY: Final = "reader@example.com"


def reader_from(fields: Mapping[str, Any]) -> Recipient:
    """Someone of whom no more is known than the fields of a person say. Raises WrongFieldError."""
    return profile_from({**fields, "address": _NOBODY}).unnamed


def usual_currency(locale: str, time_zone: str = "") -> str:
    """What people of a time zone's country are paid in, else of a locale's; euros where neither names one."""
    country = country_of_zone(time_zone) or Locale.parse(locale).territory
    return (currency_of(country) if country else None) or "EUR"


def _cache_key(_: object, query: Query, reader: Recipient, now: datetime) -> tuple[Hashable, ...]:
    """By what a preview is known again."""
    return (query.criteria, query.name, query.preferred_places, reader, now.date())


class LivePreviews:
    """The postings of the last days as the store has them, once `refresh` was called; for many threads."""

    def __init__(self, installation: Installation) -> None:
        self._settings = installation.settings
        self._stored = SqlPastPostings(installation.engine)
        self._columns = PastInColumns()
        self._renderer = JinjaRenderer(self._settings.mail.sender, cached_cards=_WEIGHED)
        self._opened = OpenedPostings(self._stored, _REMEMBERED)
        self._asked: LRUCache[Criteria, Criteria] = LRUCache(_REMEMBERED)
        self._shown: LRUCache[tuple[Hashable, ...], LivePreview] = LRUCache(_KEPT)
        """Until the store is read again: a form asks anew also where an address or an hour was typed."""
        self._loosened: LRUCache[tuple[Hashable, ...], tuple[Loosened, ...]] = LRUCache(_KEPT)
        """Likewise."""
        judging, notifier = Judging(_JUDGED, _REMEMBERED), self._settings.notifier
        # What came last is mostly what fits, too: it is read and prepared once for both.
        looked_at = notifier.newest_looked_at
        self._newest = NewestPostings(installation.matches, looked_at, self._opened.still_open, judging.ready)
        self._unsent = UnsentMails(self._newest, notifier.curate, judging)
        self._weighing = Lock()
        """Mails are weighed one after the other: beside each other all would take as long as the slowest."""
        self._kept = Condition()
        """Of what is kept: who asks for the same at once waits for one making, and for no other."""
        self._asked_for: Mapping[str, int] = {}
        self._new = 0
        self.ready = False
        """Whether all that the store had was read once."""

    @property
    def days(self) -> int:
        """How far back is looked."""
        return self._settings.matcher.indexed.days

    def asked_for(self) -> Mapping[str, int]:
        """How many postings ask for each skill, as when the store was last read."""
        return self._asked_for

    def count(self, criteria: Criteria) -> int:
        """How many postings of these days fit."""
        return self._columns.count(criteria)

    def refresh(self, now: datetime) -> None:
        """Take in what is new in the store, and drop what is old. Raises UnavailableError."""
        since = now - timedelta(days=self.days)
        for versions in self._stored.versions(since, now):
            for some in chunked(self._columns.lacking(versions), _READ):
                self._columns.put(Past(posting, seen_at) for posting, seen_at in self._stored.read(some))
                self._new += len(some)
        self._columns.forget(since)
        with self._kept:
            self._shown.clear()
            self._loosened.clear()
        with self._weighing:
            self._newest.forget()
            newest = self._newest.at(now)
        newest.read_ahead()
        self._asked_for = self._columns.asked_for()
        if self._new > max(_MANY, len(self._columns) // 5):
            gc.set_threshold(*gc.get_threshold()[:2], _HARDLY_EVER)
            collect_and_freeze()
            self._new = 0
        self.ready = True

    @cachedmethod(attrgetter("_shown"), key=_cache_key, condition=attrgetter("_kept"))
    def preview(self, query: Query, reader: Recipient, now: datetime) -> LivePreview:
        """What a search finds, for someone who was never mailed. Raises UnavailableError."""
        asked = query.criteria.salary_floor
        currency = asked.currency if asked else reader.currency
        found = self._columns.fitting(query.criteria, _WEIGHED, currency=currency)
        today = now.date()
        days = (today - timedelta(days=back) for back in reversed(range(self.days)))
        taste = self._taste(query, reader, found, now)
        return LivePreview(
            days=self.days,
            postings=len(self._columns),
            # Once they are counted nobody asks what each of thousands pays.
            found=replace(found, pays=()),
            by_day=tuple((day, found.by_day.get(day, 0)) for day in days),
            pay=bins_of(found.pays),
            currency=currency,
            floor=(annual_floor(asked) or 0) if asked else 0,
            taste=taste,
            kinds=self._columns.kinds(query.criteria, found.newest, taste.mailed, _KINDS),
        )

    @cachedmethod(attrgetter("_loosened"), key=_cache_key, condition=attrgetter("_kept"))
    def loosened(self, query: Query, reader: Recipient, now: datetime) -> tuple[Loosened, ...]:
        """What a search would bring that asked for less, what is mailed most first; each takes as long as a mail does.

        Raises UnavailableError.
        """
        shown = self.preview(query, reader, now)
        ways = self._weighed(query, reader, now, [((made,), more) for made, more in shown.gains(_MOST_LOOSENED)])
        if any(gain.jobs_a_week > shown.taste.jobs_a_week for gain in ways):
            return ways
        several = self._columns.together(query.criteria)[:_MOST_WAYS]
        return (*self._weighed(query, reader, now, several), *ways)

    def _weighed(
        self, query: Query, reader: Recipient, now: datetime, ways: Iterable[tuple[tuple[Relaxation, ...], int]]
    ) -> tuple[Loosened, ...]:
        weighed = (
            Loosened(made, more, self._jobs_a_week(replace(query, criteria=made[-1].criteria), reader, now))
            for made, more in ways
        )
        return tuple(sorted(weighed, key=lambda gain: -gain.jobs_a_week))

    def _jobs_a_week(self, query: Query, reader: Recipient, now: datetime) -> float:
        matching, newest = self._columns.newest(query.criteria, _WEIGHED)
        return len(self._passing(query, reader, newest, now)) * (_WEEK / self._span(matching, newest, now))

    def _passing(self, query: Query, reader: Recipient, newest: Sequence[PastVersion], now: datetime) -> frozenset[str]:
        given = self._postings(newest)
        with self._weighing:
            return self._unsent.passing(given, reader, self._search(query), now)

    def _span(self, matching: int, newest: Sequence[PastVersion], now: datetime) -> timedelta:
        """In what time the newest of those that match came; a day at least."""
        oldest = newest[-1].at if matching > len(newest) else now - timedelta(days=self.days)
        return max(now - oldest, timedelta(days=1))

    def mail(self, query: Query, reader: Recipient, now: datetime) -> str | None:
        """The mail that a search would bring, as HTML whose links lead nowhere but to jobs; None where it brings none.

        Raises UnavailableError.
        """
        outcome = self._outcome(query, reader, self._columns.fitting(query.criteria, _WEIGHED), now)
        if isinstance(outcome, Hold):
            return None
        # How much is unlikely the preview says of all its days; no mail leaves out as much.
        return self._renderer.render(replace(outcome, dropped=()), _NO_LINKS).html

    def _outcome(self, query: Query, reader: Recipient, found: PastFindings, now: datetime) -> Digest | Hold:
        given = self._postings([*found.newest, *found.newest_near])
        with self._weighing:
            return self._unsent.best(given, reader, self._search(query), now)

    def _near(self, query: Query, hold: Hold) -> tuple[Item, ...]:
        with self._weighing:
            return self._unsent.near(hold, self._search(query))

    def _search(self, query: Query) -> DueSearch:
        # What is asked for once more is the same, so that what was judged by it is known.
        criteria = self._asked.setdefault(query.criteria, query.criteria)
        return DueSearch("preview", query.name, "daily", criteria, query.preferred_places)

    def _taste(self, query: Query, reader: Recipient, found: PastFindings, now: datetime) -> Taste:
        outcome, weighed = self._outcome(query, reader, found, now), len(found.newest)
        unlikely = self._unlikely(found, outcome)
        passing = mailed_of(outcome)
        effect = self._effect_of_reader(query, reader, found, passing, now)
        if isinstance(outcome, Hold):
            return Taste(weighed, 0, 0.0, 0.0, unlikely, (), self._near(query, outcome), frozenset(), *effect)
        span = self._span(found.matching, found.newest, now)
        return Taste(
            weighed=weighed,
            passing=len(passing),
            mailed=frozenset(posting.posting_id for posting in passing),
            mails_a_week=mails_a_week(passing, ZoneInfo(reader.time_zone), span),
            jobs_a_week=len(passing) * (_WEEK / span),
            unlikely=unlikely,
            best=outcome.items,
            near=outcome.near,
            left_out=effect[0],
            brought_in=effect[1],
        )

    def _effect_of_reader(
        self, query: Query, reader: Recipient, found: PastFindings, passing: Sequence[PostingCore], now: datetime
    ) -> tuple[int, int]:
        """How many jobs pass only where the reader does not say of themself what they do, and how many only so."""
        silent = replace(reader, home=None, years=None, worked_as=(), knows=(), avoids=())
        if reader == silent:
            return 0, 0
        unsaid = self._passing(query, silent, found.newest, now)
        said = {posting.posting_id for posting in passing}
        return len(unsaid - said), len(said - unsaid)

    def passing_of(self, query: Query, readers: Sequence[Recipient], now: datetime) -> list[frozenset[str]]:
        """Of the newest those that pass, by posting, for each of several readers: one person who says this or that.

        What they called not relevant is in none. Raises UnavailableError.
        """
        newest = self._columns.fitting(query.criteria, _WEIGHED).newest
        return [self._passing(query, reader, newest, now) for reader in readers]

    def weighed(self, query: Query, reader: Recipient, now: datetime) -> list[tuple[PostingFeatures, float]]:
        """The newest open ones that fit, with the chance that is foreseen of each. Raises UnavailableError."""
        given = self._still_open(self._columns.fitting(query.criteria, _WEIGHED).newest)
        with self._weighing:
            return self._unsent.weighed(given, reader, self._search(query), now)

    def _unlikely(self, found: PastFindings, outcome: Digest | Hold) -> tuple[tuple[PostingCore, Chance], ...]:
        below = {out.posting_id: out.cause.chance for out in outcome.dropped if out.cause.code == "unlikely"}
        wanted = [seen for seen in found.newest if seen.posting_id in below][:_UNLIKELY]
        return tuple((posting, below[posting.posting_id]) for posting in self._postings(wanted))

    def passing(self, query: Query, reader: Recipient, now: datetime) -> list[PostingCore]:
        """The newest open ones of a search that mails would hold, the newest first. Raises UnavailableError."""
        found = self._columns.fitting(query.criteria, _WEIGHED)
        outcome = self._outcome(query, reader, found, now)
        if isinstance(outcome, Hold):
            return []
        passing = {posting.posting_id for posting in mailed_of(outcome)}
        return [posting for posting in self._still_open(found.newest) if posting.posting_id in passing][:_SHOWN]

    def first_mail(self, query: Query, reader: Recipient, now: datetime, since: datetime) -> FirstMail:
        """What a search that is new would be mailed now of what came since then. Raises UnavailableError.

        Without what a source had before its first poll: a search finds it, and nobody is ever mailed it.
        """
        found = self._columns.fitting(query.criteria, _WEIGHED)
        outcome = self._outcome(query, reader, found, now)
        if isinstance(outcome, Hold):
            return FirstMail((), waits=False)
        settings = self._settings.notifier.curate
        chances = {item.posting.posting_id: item.chance.value for item in outcome.items}
        chances |= {left.posting.posting_id: left.chance.value for left in outcome.rest}
        recent = [seen.posting_id for seen in found.newest if seen.posting_id in chances and seen.at > since]
        stored = {posting.posting_id: posting for posting, _ in self._stored.read(recent)}
        jobs = (
            stored[posting_id]
            for posting_id in recent
            if posting_id in stored and stored[posting_id].status == "open" and not stored[posting_id].backlog
        )
        cards = _cards_of(jobs, outcome)[: settings.most_items]
        likely = 1.0 - prod(1.0 - max(chances[job.posting_id] for job in card) for card in cards)
        waits = bool(cards) and likely < settings.mail_bar(reader.selectivity)
        return FirstMail(tuple(card[0] for card in cards), waits)

    def newest(self, criteria: Criteria) -> list[PostingCore]:
        """The newest open ones that fit, the newest first. Raises UnavailableError."""
        return self._still_open(self._columns.fitting(criteria, _WEIGHED).newest)[:_SHOWN]

    def _postings(self, wanted: Sequence[PastVersion]) -> list[PostingCore]:
        """Those that are still there, in the order given; closed ones as they were while they were open."""
        return [posting for posting, _ in self._opened.of((seen.posting_id, seen.version) for seen in wanted)]

    def _still_open(self, wanted: Sequence[PastVersion]) -> list[PostingCore]:
        versions = ((seen.posting_id, seen.version) for seen in wanted)
        return [posting for posting, is_open in self._opened.of(versions) if is_open]


def _cards_of(jobs: Iterable[PostingCore], outcome: Digest) -> list[list[PostingCore]]:
    """Jobs as a digest tells them: one job in several places is wanted or not as one."""
    numbered = enumerate(cards_of(outcome.items))
    cards = {item.posting.posting_id: number for number, card in numbered for item in card}
    told: dict[int | str, list[PostingCore]] = {}
    for job in jobs:
        told.setdefault(cards.get(job.posting_id, job.posting_id), []).append(job)
    return list(told.values())
