"""The canary's digest: of the made-up posting that came through, for a made-up person, handed over to nowhere.

Nobody of that name is in the store, so that nothing of it is counted, exported, erased or mailed; nothing is committed
but when it was built. What it tries beside the way into the store: reading postings, choosing, wording, rendering, the
message, all that a mailer needs to send but the sending, and that the notifier's tick comes to its end. Windows and
deliveries are not tried by it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Cluster, Company, PostingCore, Skill
from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.choosing import Choosing
from services.notifier.composing import Composer
from services.notifier.domain.model import Candidate, DueSearch, Hold, Recipient
from services.notifier.domain.windows import DueSubscriber, DueWindow, WindowMatches
from services.notifier.ports import MailDeferredError, MailRefusedError
from services.runtime.errors import UnavailableError
from services.runtime.figures.canary import CANARY_ID, canary_without_digest, keep_canary_digest
from services.runtime.privacy.redaction import redacted

_PERSON = Recipient("canary", "canary@nowhere.example", "", "UTC", "EUR")
_SEARCH = DueSearch("canary", "Canary", "instant", Criteria(skills=SkillTerms(all=("Python",))))
_MATCHES = {_SEARCH.search_id: WindowMatches((CANARY_ID,), 1, more=False)}
_AGAIN = timedelta(minutes=1)
"""How long to wait after one that could not be built."""
_LOOKS = timedelta(seconds=10)
"""How often the store is asked: a canary comes each ten minutes, and a tick each half a second."""

_events = structlog.get_logger(__name__)


class CanaryDigest:
    """Looks, at a tick every few seconds, whether a canary came through of which no digest was built."""

    def __init__(
        self, engine: Engine, choosing: Choosing, composer: Composer, probe: Callable[[], object] = lambda: None
    ) -> None:
        """`probe`: tries the mailer without sending. Raises MailDeferredError, MailRefusedError of the sender."""
        self._engine = engine
        self._choosing = choosing
        self._composer = composer
        self._probe = probe
        self._looks_at: datetime | None = None
        """Not before; a clock that was set back is not waited for."""

    def build(self, now: datetime) -> bool:
        """Whether one was built. Raises UnavailableError; what fails for a reason of its own is logged, and missed."""
        if self._looks_at is not None and timedelta() < self._looks_at - now <= _AGAIN:
            return False
        self._looks_at = now + _LOOKS
        canary = canary_without_digest(self._engine)
        if canary is None:
            return False
        self._looks_at = now + _AGAIN
        try:
            held = self._hand_over_to_nowhere(now)
            if held is None:
                self._probe()
        except UnavailableError:
            raise
        except (MailDeferredError, MailRefusedError) as error:
            _events.error("the mailer would not take a mail of the canary", error=redacted(error))
            return False
        except Exception:
            # Those of people have been built before it, and are not held up.
            _events.exception("no digest could be built of the canary")
            return False
        if held is not None:
            _events.error("the canary's digest was held", reason=held.reason)
            return False
        keep_canary_digest(self._engine, canary, now)
        return True

    def _hand_over_to_nowhere(self, now: datetime) -> Hold | None:
        """None where it came to a message."""
        window = DueWindow(_SEARCH, key=0, from_cut=0, due_at=now, hour=0, weekday=None)
        reader = DueSubscriber(_PERSON, (window,))
        self._choosing.forget()
        found = self._choosing.read([reader], _MATCHES, now)
        candidates = [Candidate(_open(one.posting), one.searches) for one in found.candidates(reader)]
        choice = self._choosing.choose(reader, candidates, found, now, now)
        outcome = self._choosing.completed(choice, {})
        if isinstance(outcome, Hold):
            return outcome
        mime_bytes(self._composer.compose(outcome))
        return None


def _open(stored: PostingCore) -> PostingCore:
    """As it came through it is closed and says nothing, so that it fits nobody; only here it is a job."""
    job = {
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
