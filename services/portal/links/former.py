"""Links of mails in a mailbox that may be somebody else's by now: they show what those mails held, and no more."""

from starlette.requests import Request
from starlette.responses import Response

from services.portal.accounts.guard import Cookies, session_of
from services.portal.door import Door, Visit
from services.usecases import links
from services.usecases.links import Purpose


async def is_former(door: Door, cookies: Cookies, request: Request, visit: Visit, purpose: Purpose) -> bool:
    """Whether a link's mail went to where they are mailed no more, and who follows it is not signed in as them.

    Raises UnavailableError.
    """
    person = visit.subscriber
    if not links.has_moved(person):
        return False
    here = await session_of(door, cookies, request)
    if here is not None and here[1].subscriber_id == person.subscriber_id:
        return False
    return await door.work(lambda: links.is_of_former_address(door.installation, person, purpose, visit.about))


def sign_in_first(door: Door, visit: Visit) -> Response:
    """The page of what such a link does no more."""
    return door.show("former", visit.words, 410)
