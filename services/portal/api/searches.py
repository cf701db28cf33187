"""Saved searches over the API: read, added once, changed by the version that was read, tried out and deleted."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from schemas.criteria import Criteria
from services.portal.accounts.searches import copied_name
from services.portal.api.access import Caller, may
from services.portal.api.answers import (
    CHANGES,
    LISTED,
    TAKES,
    Page,
    RefusedError,
    Sent,
    Shown,
    answer,
    changes,
    makes,
    page_asked,
    require_match,
    shows,
    takes_away,
)
from services.portal.api.finding import Finding, Preview, require_read
from services.portal.api.models import Job, WantedCriteria, job_of
from services.portal.door import Door
from services.usecases import links, searches, signing
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import SavedSearch, query_of, search_from

Cadence = Literal["instant", "daily", "weekly"]
_Id = Annotated[str, Field(max_length=100)]


class Search(Shown):
    """A saved search."""

    id: str
    name: str
    criteria: Criteria
    cadence: Cadence
    hour: int
    """0 to 23, by their clock."""
    weekday: int | None
    """0 is Monday; null unless it is weekly."""
    preferred_places: tuple[str, ...]
    """Whose jobs come first."""
    paused: bool
    has_feed: bool
    """Whether it has a feed at a secret address."""


class Searches(Shown):
    """Some of them, by id."""

    items: tuple[Search, ...]


class SearchWish(Sent):
    """A search as it is to be."""

    name: str = Field(min_length=1, max_length=120)
    criteria: WantedCriteria
    cadence: Cadence = "daily"
    hour: int = Field(default=8, ge=0, le=23)
    weekday: int = Field(default=0, ge=0, le=6)
    """Of a weekly one."""
    preferred_places: list[str] = Field(default=[], max_length=100)


class SearchChange(Sent):
    """What is to be otherwise; what is not named stays."""

    name: str = Field(default="", min_length=1, max_length=120)
    criteria: WantedCriteria = Criteria()
    """Whole: they take the place of those that there are."""
    cadence: Cadence = "daily"
    hour: int = Field(default=8, ge=0, le=23)
    weekday: int = Field(default=0, ge=0, le=6)
    preferred_places: list[str] = Field(default=[], max_length=100)
    paused: bool = False


class Copy(Sent):
    """What a copy is called."""

    name: str = Field(default="", max_length=120)
    """Empty: as the page calls it."""


class FoundJobs(Shown):
    """Jobs, the newest first."""

    items: tuple[Job, ...]


class Feed(Shown):
    """The addresses of a feed. Whoever knows one can read it, with no token."""

    atom: str
    json_feed: str


def search_shown(saved: SavedSearch) -> Search:
    """A search as it is shown."""
    return Search(
        id=saved.search_id,
        name=saved.name,
        criteria=saved.criteria,
        cadence=saved.timing.cadence,
        hour=saved.timing.hour,
        weekday=saved.timing.weekday,
        preferred_places=saved.preferred_places,
        paused=saved.paused,
        has_feed=saved.feed_key is not None,
    )


_KEY = Header(
    max_length=200,
    description="Any text: asked again with the same, the search is not added twice, and is given as it is.",
)
_MATCH = Annotated[str | None, Header(alias="If-Match", description="The ETag that was read; `*` is any.")]


class _Searches:
    """What the routes do."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.installation = door.installation

    def own(self, caller: Caller, search_id: str) -> SavedSearch:
        """Raises MissingError for what is not theirs."""
        return links.own_search(self.installation, caller.person, search_id)

    def add(self, request: Request, caller: Caller, fields: Mapping[str, Any], key: str | None) -> Response:
        """Save one, once for a key. Raises WrongFieldError, UsageError, RefusedError."""
        wanted = search_from(fields)
        saved = searches.add_once(self.installation, caller.person, wanted, key, caller.now)
        if (saved.name, saved.criteria) != (wanted.name, wanted.criteria):
            raise RefusedError("conflict", "this Idempotency-Key was used for a search that is another now")
        where = f"{self._door.root}/api/v1/searches/{saved.search_id}"
        return answer(request, search_shown(saved), 201, {"Location": where})

    def revise(
        self, request: Request, caller: Caller, search_id: str, fields: Mapping[str, Any], paused: bool | None = None
    ) -> Response:
        """Change one that is as its sender knows it. Raises UsageError by kind, RefusedError."""
        known = self.own(caller, search_id)
        require_match(request, search_shown(known))
        if "name" in fields:
            searches.check_room(self.installation, caller.person, fields["name"], search_id)
        return answer(request, search_shown(searches.revise(self.installation, known, fields, caller.now, paused)))

    def feed(self, request: Request, saved: SavedSearch) -> Response:
        """Raises RefusedError where it has none."""
        if saved.feed_key is None:
            raise RefusedError("missing", "this search has no feed")
        base = f"{self._door.base or self._door.root}/f/{saved.feed_key}"
        return answer(request, Feed(atom=f"{base}.atom", json_feed=f"{base}.json"))


def routes(door: Door, live: LivePreviews, finding: Finding) -> APIRouter:
    """`/v1/searches` and what lies below it."""
    router, own = APIRouter(tags=["Searches"]), _Searches(door)
    _add_all(router, own)
    _add_search(router, own)
    _add_found(router, own, door, live, finding)
    _add_feed(router, own)
    return router


def _add_all(router: APIRouter, own: _Searches) -> None:
    reads, writes = may("searches:read"), may("searches:write")

    @router.get("/v1/searches", responses=shows(Searches, "malformed", headers=LISTED))
    def list_searches(
        request: Request, caller: Annotated[Caller, reads], page: Annotated[Page, page_asked()]
    ) -> Response:
        """All of theirs, by id."""
        part = page.of(links.searches(own.installation, caller.person), lambda saved: (saved.search_id,))
        shown = Searches(items=tuple(search_shown(saved) for saved in part.items))
        return answer(request, shown, headers=part.links(request, page))

    @router.post("/v1/searches", status_code=201, responses=makes(Search, *TAKES))
    def add_search(
        request: Request,
        wish: SearchWish,
        caller: Annotated[Caller, writes],
        idempotency_key: Annotated[str | None, _KEY] = None,
    ) -> Response:
        """Save a search; it looks back over seven days."""
        return own.add(request, caller, dict(wish), idempotency_key)


def _add_search(router: APIRouter, own: _Searches) -> None:
    reads, writes = may("searches:read"), may("searches:write")

    @router.get("/v1/searches/{search_id}", responses=shows(Search, "missing"))
    def get_search(request: Request, search_id: _Id, caller: Annotated[Caller, reads]) -> Response:
        """One of theirs."""
        return answer(request, search_shown(own.own(caller, search_id)))

    @router.put("/v1/searches/{search_id}", responses=changes(Search, "missing", *CHANGES))
    def replace_search(
        request: Request, search_id: _Id, wish: SearchWish, caller: Annotated[Caller, writes], if_match: _MATCH = None
    ) -> Response:
        """Have it ask for something else altogether; a pause stays."""
        return own.revise(request, caller, search_id, dict(wish))

    @router.patch("/v1/searches/{search_id}", responses=changes(Search, "missing", *CHANGES))
    def change_search(
        request: Request,
        search_id: _Id,
        change: SearchChange,
        caller: Annotated[Caller, writes],
        if_match: _MATCH = None,
    ) -> Response:
        """Change some of it: pause it, mail it at other times."""
        fields = {name: getattr(change, name) for name in change.model_fields_set}
        return own.revise(request, caller, search_id, fields, fields.pop("paused", None))

    @router.delete(
        "/v1/searches/{search_id}", status_code=204, responses=takes_away("missing", "changed", "no_precondition")
    )
    def delete_search(
        request: Request, search_id: _Id, caller: Annotated[Caller, writes], if_match: _MATCH = None
    ) -> Response:
        """Forget it; a mail of it alone that waits is cancelled."""
        known = own.own(caller, search_id)
        require_match(request, search_shown(known))
        searches.delete(own.installation, search_id, caller.now, known)
        return Response(status_code=204)

    @router.post("/v1/searches/{search_id}/copies", status_code=201, responses=makes(Search, "missing", *TAKES))
    def copy_search(
        request: Request,
        search_id: _Id,
        copy: Copy,
        caller: Annotated[Caller, writes],
        idempotency_key: Annotated[str | None, _KEY] = None,
    ) -> Response:
        """Save another one like it."""
        known = own.own(caller, search_id)
        fields = searches.fields_of(known) | {"name": copy.name or copied_name(known.name, caller.words)}
        return own.add(request, caller, fields, idempotency_key)


def _add_found(router: APIRouter, own: _Searches, door: Door, live: LivePreviews, finding: Finding) -> None:
    reads = may("searches:read")

    @router.get("/v1/searches/{search_id}/preview", responses=shows(Preview, "missing"))
    async def preview_search(request: Request, search_id: _Id, caller: Annotated[Caller, reads]) -> Response:
        """What it would have found in the last days."""
        saved = await door.work(lambda: own.own(caller, search_id))
        return await finding.preview(request, caller, query_of(saved))

    @router.get("/v1/searches/{search_id}/jobs", responses=shows(FoundJobs, "missing"))
    def found_jobs(request: Request, search_id: _Id, caller: Annotated[Caller, reads]) -> Response:
        """The newest 50 open jobs that its mails would hold, with what feedback changed."""
        saved = own.own(caller, search_id)
        require_read(live)
        reader = searches.reader(own.installation, caller.own_id)
        query = query_of(saved)
        found = live.passing(query, reader, caller.now)
        return answer(request, FoundJobs(items=tuple(job_of(posting, caller.words) for posting in found)))


def _add_feed(router: APIRouter, own: _Searches) -> None:
    writes = may("searches:write")

    @router.get("/v1/searches/{search_id}/feed", responses=shows(Feed, "missing"))
    def get_feed(request: Request, search_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Where its feed is. It outlives the token, so that to read a search is not enough to learn it."""
        return own.feed(request, own.own(caller, search_id))

    @router.post("/v1/searches/{search_id}/feed", responses=changes(Feed, "missing"))
    def make_feed(request: Request, search_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Give it a feed, at another secret address than it had."""
        own.own(caller, search_id)
        searches.give_feed(own.installation, search_id, signing.new_token())
        return own.feed(request, own.own(caller, search_id))

    @router.delete("/v1/searches/{search_id}/feed", status_code=204, responses=takes_away("missing"))
    def end_feed(request: Request, search_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Take the address back."""
        own.own(caller, search_id)
        searches.give_feed(own.installation, search_id, None)
        return Response(status_code=204)
