"""The canary's digest: of the made-up posting that came through, for a made-up person, as for anybody else.

The person, their search, its match and all that comes of it are in one transaction that is undone: whoever else looks
sees no row of it, so that nothing of it is counted, exported, erased or mailed. What is committed is when it was built.
Tried are the tables, cuts and windows, claims, choosing, wording, rendering, the digest's own commit, the delivery,
and, beside it, all that the mailer needs to send but the sending.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine, update

from schemas.criteria import Criteria, SkillTerms
from schemas.keys import keys_of
from schemas.posting import Cluster, Company, PostingCore, Skill
from schemas.sql.tables import deliveries, saved_searches
from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.building import Builder
from services.notifier.composing import Composer
from services.notifier.delivering import Courier
from services.notifier.domain.consent import Consent
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Profile, Timing
from services.notifier.domain.windows import Arrival
from services.notifier.ports import Email, MailDeferredError, MailRefusedError, Receipt
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError
from services.runtime.figures.canary import CANARY_ID, canary_without_digest, keep_canary_digest
from services.runtime.pauses import sending_paused
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.store import reading, rehearsed, writing

_ID = "canary"
_ASKED = Criteria(skills=SkillTerms(all=("Python",)))
_PARTITION = -1
"""None of the topic: nobody who stores matches waits for it."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Nobody has been due for longer, and no mail has waited for longer: nobody else is claimed."""
_NEVER = timedelta(days=365_000)
_AGAIN = timedelta(minutes=1)
"""How long to wait after one that could not be built."""
_LOOKS = timedelta(seconds=10)
"""How often the store is asked: a canary comes each ten minutes, and a tick each half a second."""

_events = structlog.get_logger(__name__)


class _Inside:
    """A mailer whose mails stay here."""

    name = "canary"

    def __init__(self) -> None:
        self.taken = 0

    def send(self, email: Email) -> Receipt:
        """Make the message, and let it go."""
        self.taken += bool(mime_bytes(email))
        return Receipt("")


class CanaryDigest:
    """Looks, at a tick every few seconds, whether a canary came through of which no digest was built."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        composer: Composer,
        settings: NotifierSettings,
        probe: Callable[[], object] = lambda: None,
    ) -> None:
        """`probe`: tries the mailer without sending. Raises MailDeferredError, MailRefusedError of the sender."""
        self._engine = engine
        self._ids = ids
        self._composer = composer
        # It looks at no posting but its own, which is sent however likely anybody is to want it.
        unbarred = settings.curate.model_copy(update={"least_chance": 0.0, "least_mail_chance": 0.0})
        alone = {"subscribers_at_once": 1, "passes_a_tick": 1, "deliveries_at_once": 1, "newest_looked_at": 0}
        self._settings = settings.model_copy(update={**alone, "curate": unbarred, "give_up_after": _NEVER})
        # Nobody can guess it, and have it suppressed by a sign-up that comes back.
        address = f"{ids.address_hash('canary@nowhere.example')[:16]}@nowhere.example"
        self._person = Profile(address, "", "UTC", "EUR", "en")
        self._probe = probe
        self._looks_at: datetime | None = None
        """Not before; a clock that was set back is not waited for."""

    def build(self, now: datetime) -> bool:
        """Whether one was built; what fails on the way is logged, and missed. Raises UnavailableError."""
        if self._looks_at is not None and timedelta() < self._looks_at - now <= _AGAIN:
            return False
        self._looks_at = now + _LOOKS
        canary = canary_without_digest(self._engine)
        if canary is None:
            return False
        self._looks_at = now + _AGAIN
        try:
            failed = self._rehearse(now)
            if failed is None:
                self._probe()
        except UnavailableError as error:
            # It waits for locks that building takes nowhere else, and must not cost people their tick.
            _events.warning("no digest could be built of the canary now", error=redacted(error))
            return False
        except (MailDeferredError, MailRefusedError) as error:
            _events.error("the mailer would not take a mail of the canary", error=redacted(error))
            return False
        except Exception:
            # Those of people have been built before it, and are not held up.
            _events.exception("no digest could be built of the canary")
            return False
        if failed is not None:
            _events.error("no mail came of the canary's digest", reason=failed)
            return False
        keep_canary_digest(self._engine, canary, now)
        return True

    def _rehearse(self, now: datetime) -> str | None:
        """Serve somebody who is there for as long as that takes; why they were not mailed, None where they were."""
        mailer, settings = _Inside(), self._settings
        with rehearsed(self._engine) as store:
            matches, digests = SqlMatches(store), SqlDigests(store, self._ids)
            posting = _open(matches.postings([CANARY_ID])[CANARY_ID])
            key = self._take_in(store, now)
            matches.store(_PARTITION, [Arrival(0, posting, keys_of([key]), keys_of(()))], now)
            Builder(matches, SqlWindows(store), digests, self._composer, settings).serve(now)
            with writing(store) as connection:
                own = deliveries.c.subscriber_id == _ID
                connection.execute(update(deliveries).where(own).values(due_at=_EVER))
            Courier(SqlDeliveries(store), mailer, settings, stopping=lambda: bool(mailer.taken)).deliver(now)
            with reading(store) as connection:
                paused = sending_paused(connection)
            built = digests.history(_ID, with_holds=True)
            if not built:
                return "they were not claimed, or the log says what could not be built"
            ended = built[0].state == "accepted" or (paused and built[0].state == "pending")
            return None if ended else f"{built[0].outcome}, {built[0].state or built[0].reason}"

    def _take_in(self, store: Engine, now: datetime) -> int:
        """The key of what they look for."""
        consent = Consent("given", now, "operator", "")
        SqlSubscribers(store, self._ids).add(self._person, now, consent, subscriber_id=_ID)
        search = SqlSearches(store, self._ids).add(
            _ID, "Canary", _ASKED, Timing("instant", 0, None), now, search_id=_ID
        )
        with writing(store) as connection:
            own = saved_searches.c.search_id == _ID
            connection.execute(update(saved_searches).where(own).values(next_due_at=_EVER))
        return search.key


def _open(stored: PostingCore) -> PostingCore:
    """As it came through it is closed and says nothing, so that it fits nobody; only here it is a job."""
    job = {
        "version": stored.version + 1,
        "status": "open",
        "backlog": False,
        "url": "https://nowhere.example/job",
        "title": "Python engineer",
        "company": Company(name="Canary"),
        "description_text": "We look for an engineer who writes Python.",
        "skills": (Skill(name="Python", core=True),),
        "cluster": Cluster(key="canary"),
    }
    return stored.model_copy(update=job)
