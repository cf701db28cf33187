"""From a digest to an email: links, words, sender; the same bytes each time."""

from services.notifier.domain.ids import Ids
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Digest, Sender
from services.notifier.ports import Email, Renderer


class Composer:
    """Renders digests for one sender under one public address."""

    def __init__(
        self, renderer: Renderer, sender: Sender, public_url: str, ids: Ids, secret: bytes | None = None
    ) -> None:
        """`secret`: what links are signed with, if it is not that of the ids."""
        self._renderer = renderer
        self._sender = sender
        self._public_url = public_url
        self._ids = ids
        self._secret = secret or ids.secret

    def compose(self, digest: Digest) -> Email:
        """Everything in it derives from the digest and the secret, its date from when the digest was due."""
        links = links_for(digest, self._public_url, self._secret)
        rendered = self._renderer.render(digest, links)
        return Email(
            delivery_id=self._ids.delivery_id(digest.recipient.subscriber_id, digest.due_at),
            sender_name=self._sender.name,
            sender_address=self._sender.address,
            to_address=digest.recipient.address,
            subject=rendered.subject,
            html=rendered.html,
            text=rendered.text,
            date=digest.due_at,
            unsubscribe_url=links.unsubscribe,
        )
