"""A browser that is signed in to the portal as somebody."""

import re

import httpx2

from services.notifier.domain.people import Subscriber
from services.portal.accounts.guard import COOKIE, Cookies
from services.usecases import sessions
from services.usecases.installation import Installation
from tests.support.notifying import NOW, SECRET
from tests.support.portal import ServedPortal, settings_of


class Browser:
    """One that is signed in as somebody."""

    def __init__(self, portal: ServedPortal, person: Subscriber) -> None:
        self._portal, session = portal, f"a session of {person.subscriber_id}"
        sessions.begin(Installation(settings_of(), portal.store.engine), person, session, "a browser", NOW)
        self.cookie = f"{COOKIE}={Cookies(SECRET)._session.dumps(session)}"

    def get(self, path: str, *cookies: str) -> httpx2.Response:
        """A page; `cookies` are those that it was given beside that of its session."""
        return self._portal.get(path, Cookie="; ".join((self.cookie, *cookies)))

    def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form; with the token of the page at home, unless `csrf` is another."""
        if "csrf" not in fields:
            [fields["csrf"], *_] = re.findall(r'name="csrf" value="([^"]+)"', self.get("/home").text)
        return self._portal.client.post(path, data=fields, headers={"Cookie": self.cookie})

    def form(self, path: str) -> dict[str, str]:
        """The fields of the form of a page, as a browser would send them."""
        page = self.get(path).text.rpartition('<form method="post" class="fields search"')[2]
        given = dict(re.findall(r'<input (?:id="[^"]*" |type="hidden" )?name="([^"]+)"[^>]* value="([^"]*)"', page))
        given = {name: value for name, value in given.items() if not re.search(rf'"checkbox" name="{name}"', page)}
        ticked = re.findall(r'<input type="checkbox" name="([^"]+)" value="1" checked>', page)
        chosen = re.findall(r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', page, re.DOTALL)
        options = {name: re.findall(r'<option value="([^"]*)" selected', options) for name, options in chosen}
        given |= {name: found[0] for name, found in options.items() if found}
        return given | dict.fromkeys(ticked, "1")
