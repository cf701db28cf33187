"""A program that asks the API of a portal for somebody, with a token."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx2

from services.notifier.adapters.sql.people.doors import SqlApiTokens
from services.notifier.domain.api_tokens import SCOPES, Scope, token_of
from services.notifier.domain.people import Subscriber
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal

_numbers = count(1)


def token_for(store: NotifierStore, person: Subscriber, scopes: Sequence[Scope] = SCOPES, now: datetime = NOW) -> str:
    """A token of somebody that is good for a month."""
    text = token_of(next(_numbers).to_bytes(24, "big"))
    SqlApiTokens(store.engine).keep(
        text, person.subscriber_id, "A script", tuple(scopes), now, now + timedelta(days=30)
    )
    return text


class Program:
    """One that has a token."""

    def __init__(self, portal: ServedPortal, person: Subscriber, scopes: Sequence[Scope] = SCOPES) -> None:
        self._portal, self.token = portal, token_for(portal.store, person, scopes)

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, **query: str
    ) -> httpx2.Response:
        """`headers` beside the token's."""
        sent = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        given: dict[str, Any] = {} if body is None else {"json": body}
        return self._portal.client.request(method, f"/api/v1{path}", headers=sent, params=query or None, **given)

    def get(self, path: str, **query: str) -> httpx2.Response:
        return self.ask("GET", path, **query)

    def change(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """A change of what was read right before."""
        return self.ask(method, path, body, {"If-Match": self.get(path).headers["etag"]})


def problem_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and type of a problem, whose media type and status are told alike."""
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    return answer.status_code, said["type"].removeprefix("jobchime:problem.")
