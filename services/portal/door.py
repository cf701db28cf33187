"""What the routes share: an installation, a clock, pages, and who stands behind a link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from services.portal.pages import Pages, words_for
from services.runtime.web.headers import HEAD
from services.usecases import consent
from services.usecases.installation import Installation
from services.usecases.links import Purpose, Reached, Subscriber, link, reach
from services.wording.words import Words, mark

T = TypeVar("T")


class ForgedError(Exception):
    """A token that nobody here made, or for another purpose."""


class SignedOutError(Exception):
    """A page at home was asked for by who is not signed in."""


class GoneError(Exception):
    """The link is genuine, and whom it was made for is erased."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A genuine link that somebody followed who is known."""

    subscriber: Subscriber
    about: str
    """The id of a posting or the slot of a digest."""
    expired: bool
    words: Words
    now: datetime


@dataclass(frozen=True)
class Door:
    """Made once, and given to the routes."""

    installation: Installation
    pages: Pages
    clock: Callable[[], datetime]
    base: str
    """The public address, to which links in mails lead."""
    root: str
    """What the paths of the portal begin with: empty, or such as `/alerts`."""

    async def visit(self, request: Request, purpose: Purpose, token: str) -> Visit:
        """Who follows a link. Raises ForgedError, GoneError, UnavailableError."""
        now = self.clock()
        reached: Reached | None = await self.work(lambda: reach(self.installation, purpose, token, now))
        if reached is None:
            raise ForgedError
        if reached.subscriber is None:
            raise GoneError
        person = reached.subscriber
        # Scanners of mail look at all that a question holds: of these only a button answers.
        if purpose not in ("unsubscribe", "answer") and not request.scope.get(HEAD):
            await self.work(lambda: consent.seen(self.installation, person, now))
        words = words_for(request, reached.subscriber.profile.locale)
        return Visit(reached.subscriber, reached.about, reached.expired, words, now)

    async def work(self, task: Callable[[], T]) -> T:
        """Do something that waits for the store, beside the loop."""
        return await to_thread.run_sync(task)

    def link(self, purpose: Purpose, subscriber: Subscriber, about: str = "") -> str:
        """The path of a link of theirs."""
        return self.root + link(self.installation, purpose, subscriber, about)

    def show(self, template: str, words: Words, status: int = 200, **values: object) -> Response:
        """A page."""
        return self.pages.show(template, words, status, root=self.root, **values)

    def not_now(self, words: Words) -> Response:
        """A page of who wants a letter to an address that nobody has confirmed, while none go out."""
        text = words.say(mark("Letters that confirm an address do not go out at the moment. Please try again later."))
        return self.show("failed", words, 503, title=words.say(mark("That could not be done")), text=text)
