"""From a digest, or a question, to an email: links, words, sender; the same bytes each time."""

from datetime import datetime

from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.consent import Notice
from services.notifier.domain.ids import Ids
from services.notifier.domain.links import PATHS, Purpose, links_for, public_base, slot_of, token
from services.notifier.domain.model import Digest, Recipient, Sender
from services.notifier.domain.quiet import QUIET
from services.notifier.domain.selectivity import wider
from services.notifier.domain.webhooks import Webhook
from services.notifier.domain.wording.letters import write_letter, write_quiet
from services.notifier.emails import email_of
from services.notifier.ports import Email
from services.notifier.settings import ConsentSettings
from services.wording.catalogues import words_of
from services.wording.dates import day_in_words
from services.wording.lines import one_line, zone_of

_MOST_ADDRESS = 100
"""Characters of a webhook's address that a mail shows."""


class Composer:
    """Renders digests and notices for one sender under one public address."""

    def __init__(
        self,
        renderer: JinjaRenderer,
        sender: Sender,
        public_url: str,
        ids: Ids,
        secret: bytes | None = None,
        *,
        clicks: bool = False,
    ) -> None:
        """`secret`: what links are signed with, if it is not that of the ids. `clicks`: see `links_for`."""
        self._clicks = clicks
        self._renderer = renderer
        self._sender = sender
        self._public_url = public_url
        self._ids = ids
        self._secret = secret or ids.secret

    def compose(self, digest: Digest) -> Email:
        """Everything in it derives from the digest and the secret, its date from when the digest was due."""
        links = links_for(digest, self._public_url, self._secret, clicks=self._clicks)
        rendered = self._renderer.render(digest, links)
        delivery = self._ids.delivery_id(digest.recipient.subscriber_id, digest.due_at)
        return email_of(self._sender, delivery, digest.recipient.address, rendered, digest.due_at, links.unsubscribe)

    def notice(self, notice: Notice, to: Recipient, now: datetime, settings: ConsentSettings) -> Email:
        """A question, with the button that answers it and the day on which no answer is one, by the reader's clock."""
        words = words_of(to.locale)
        until = now + (settings.erase_after if notice == "paused" else settings.answer_within)
        day = day_in_words(until.astimezone(zone_of(to.time_zone)).date(), words.locale)
        leave = self._link("unsubscribe", to)
        written = write_letter(
            notice,
            self._link("answer", to, slot_of(now)),
            self._sender,
            words,
            {"day": day, "days": settings.erase_after.days},
            leave,
        )
        own_id = self._ids.notice_id(to.subscriber_id, notice, now)
        return email_of(self._sender, own_id, to.address, written, now, leave)

    def quiet(self, to: Recipient, since: datetime, unlikely: int, now: datetime) -> Email:
        """That nothing came since a day, by the reader's clock, with the page that says what would bring more."""
        words = words_of(to.locale)
        leave, own_id = self._link("unsubscribe", to), self._ids.notice_id(to.subscriber_id, QUIET, now)
        written = write_quiet(
            f"{self._link('manage', to, slot_of(now))}?more=1",
            self._link("rest", to, own_id),
            self._sender,
            words,
            day_in_words(since.astimezone(zone_of(to.time_zone)).date(), words.locale),
            to.asks,
            unlikely,
            leave,
            offers_more=wider(to.selectivity) is not None,
        )
        return email_of(self._sender, own_id, to.address, written, now, leave)

    def webhook_shut(self, webhook: Webhook, to: Recipient, now: datetime) -> Email:
        """That nothing more is posted to a webhook of theirs, and where it is turned on again."""
        words = words_of(to.locale)
        leave = self._link("unsubscribe", to)
        home = f"{public_base(self._public_url)}/home/webhooks"
        shown = one_line(webhook.address, _MOST_ADDRESS)
        written = write_letter("webhook_shut", home, self._sender, words, {"address": shown}, leave)
        own_id = self._ids.notice_id(to.subscriber_id, f"webhook_shut {webhook.webhook_id}", now)
        return email_of(self._sender, own_id, to.address, written, now, leave)

    def _link(self, purpose: Purpose, to: Recipient, about: str = "") -> str:
        signed = token(self._secret, purpose, to.subscriber_id, about)
        return f"{public_base(self._public_url)}/{PATHS[purpose]}/{signed}"
