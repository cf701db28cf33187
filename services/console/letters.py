"""What became of a record: dead letters, sent back as they were or mended, or seen to; and why somebody got a job."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.console.access import Operator
from services.console.acts import replayed
from services.console.door import ConsoleDoor
from services.console.people import Revealed
from services.console.turns import Turns
from services.runtime.errors import UsageError
from services.usecases import accounts, dead_letters, explaining, stories
from services.usecases.dead_letters import Chosen, DeadLetter
from services.usecases.progress import Progress

_MOST_LISTED: Final = 200
_MOST_SHOWN: Final = 200_000
"""Characters of a record: none is larger by far, and a browser edits as much with ease."""
_KEPT: Final = timedelta(days=90)
_PATIENCE_S: Final = 1.0
"""What is done by then is told at once."""


class Filters(BaseModel):
    """Which letters are meant; what is empty leaves them all in."""

    topic: str = Field(default="", max_length=100)
    error: str = Field(default="", max_length=300)
    source: str = Field(default="", max_length=100)
    code: str = Field(default="", max_length=100)

    @property
    def fields(self) -> dict[str, str]:
        """The filters by name."""
        return {name: getattr(self, name) for name in Filters.model_fields}

    @property
    def chosen(self) -> Chosen:
        """The same for the use cases."""
        return Chosen(None, self.topic or None, self.error or None, self.source or None, self.code or None)


class Listing(Filters):
    """What a list is asked for."""

    seen: bool = False
    """Also those that somebody has seen to."""


class LetterForm(Filters):
    """What is done about letters: about one, or all that filters mean."""

    act: str = Field(max_length=20)
    token: str = Field(max_length=400)
    letter: str = Field(default="", max_length=200)
    why: str = Field(default="", max_length=500)
    value: str = Field(default="", max_length=_MOST_SHOWN)


def routes(door: ConsoleDoor, turns: Turns, revealed: Revealed) -> APIRouter:
    """`/letters`: the list, one letter, and what is done about them; and `/why`."""
    router = APIRouter()
    _add_stories(router, door, revealed)
    _add_postings(router, door)
    settings = door.installation.settings

    @router.get("/letters")
    async def listed(request: Request, asked: Annotated[Listing, Query()]) -> Response:
        """By fault, then one by one."""
        operator = door.access.operator(request)
        since = door.clock() - _KEPT
        found = await door.work(lambda: dead_letters.listing(settings, asked.chosen, since))
        shown = [letter for letter in found.letters if asked.seen or letter.waiting]
        values = {
            "counts": [count for count in found.counts if count.waiting],
            "letters": shown[-_MOST_LISTED:][::-1],
            "more": max(len(shown) - _MOST_LISTED, 0),
            "filters": asked.fields,
            "filtered": any(asked.fields.values()),
            "returnable": any(letter.origin_topic for letter in shown),
            "seen": asked.seen,
        }
        return door.show(request, "letters", operator, values=values)

    @router.get("/letters/{letter}")
    async def letter_page(request: Request, letter: str) -> Response:
        """One letter with its record."""
        operator = door.access.operator(request)
        found, events = await door.work(lambda: dead_letters.show_with_history(settings, letter))
        return door.show(request, "letter", operator, values=_shown(found) | {"events": events})

    @router.post("/letters/do")
    async def do(request: Request, given: Annotated[LetterForm, Form()]) -> Response:
        """Send back as they were, one as it was mended, or have count as seen to: at once, or led to how far it is."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, given.token)
        chosen = Chosen(letters=given.letter) if given.letter else given.chosen
        about = given.letter or ", ".join(f"{name} {text}" for name, text in given.fields.items() if text)
        acts = {
            "replay": partial(replayed, door.installation, chosen, operator.name),
            "replay mended": partial(_mended, door, given.letter, given.value, operator.name),
            "discard": partial(_discarded, door, chosen, given.why, operator.name),
        }
        if given.act not in acts or not about:
            raise HTTPException(400)
        begin = partial(turns.take, f"{given.act} letters", acts[given.act])
        turn = await door.act(operator, f"{given.act} letters", about, begin)
        if not await door.work(lambda: turn.ends_within(_PATIENCE_S)) or (turn.failed and turn.done):
            return door.back(f"/turns/{turn.id}")
        return door.show(request, "done", operator, values={"said": turn.said, "back": "/letters"})

    return router


def _add_stories(router: APIRouter, door: ConsoleDoor, revealed: Revealed) -> None:
    """Why somebody got, or did not get, a job: masked as their own page is.

    Who is asked about stands in the form's body: addresses have no business in those of pages.
    """

    @router.get("/why")
    async def ask(
        request: Request, person: str = Query("", max_length=100), posting: str = Query("", max_length=100)
    ) -> Response:
        """Whom, by an id that names nobody, and what it is about."""
        values = {"asked": {"person": person, "posting": posting}, "story": None, "shown": False, "fault": ""}
        return door.show(request, "why", door.access.operator(request), values=values)

    @router.post("/why")
    async def why(
        request: Request,
        person: str = Form(max_length=300),
        posting: str = Form(max_length=100),
        token: str = Form(max_length=400),
        reveal: str = Form("", max_length=5),
    ) -> Response:
        """The story; `reveal`, whatever it says: with what they look for, which is written down first."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        asked = {"person": person.strip(), "posting": posting.strip()}
        values: dict[str, object] = {"asked": asked, "story": None, "shown": False, "fault": ""}
        try:
            own_id = (await door.work(lambda: accounts.find(door.installation, asked["person"]))).subscriber_id
            if reveal:
                await revealed.reveal(operator, own_id)
            shown = revealed.covers(operator, own_id)
            tell = partial(stories.story, door.installation, own_id, asked["posting"], door.clock(), masked=not shown)
            values |= {"story": await door.work(tell), "shown": shown}
        except UsageError as error:
            values["fault"] = str(error)
        return door.show(request, "why", operator, values=values)


def _add_postings(router: APIRouter, door: ConsoleDoor) -> None:
    """A posting raw beside normalised, who got it, and a field that was read wrongly."""

    @router.get("/postings")
    async def find(request: Request, posting: str = Query("", max_length=100)) -> Response:
        """Lead to one by its id."""
        operator = door.access.operator(request)
        if posting.strip():
            return door.back(f"/postings/{quote(posting.strip(), safe='')}")
        return door.show(request, "postings", operator)

    @router.get("/postings/{posting}")
    async def posting_page(request: Request, posting: str) -> Response:
        """The posting."""
        return await shown(request, door.access.operator(request), posting)

    @router.post("/postings/{posting}")
    async def label(
        request: Request,
        posting: str,
        field: str = Form(max_length=60),
        right: str = Form(max_length=1_000),
        token: str = Form(max_length=400),
    ) -> Response:
        """Keep that a field was read wrongly, with what it should be."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        keep = partial(explaining.label, door.installation, posting, field, right, operator.name, door.clock())
        file = await door.act(operator, f"label {field}", posting, keep)
        return await shown(request, operator, posting, f"Kept in {file}.")

    async def shown(request: Request, operator: Operator, posting: str, said: str = "") -> Response:
        found = await door.work(lambda: explaining.whole_posting(door.installation, posting))
        return door.show(request, "posting", operator, values={"whole": found, "said": said})


def _shown(letter: DeadLetter) -> dict[str, object]:
    text = letter.value.decode("utf-8", "replace")
    return {
        "letter": letter,
        "text": text[:_MOST_SHOWN],
        "is_text": text.encode() == letter.value and len(text) <= _MOST_SHOWN,
        "bytes": letter.value[:512].hex(" ", 4),
    }


def _mended(door: ConsoleDoor, letter: str, value: str, by: str, _: Progress) -> str:
    # Browsers send lines with CRLF; records have none.
    whole = value.replace("\r\n", "\n").encode()
    dead_letters.replay_mended(door.installation.settings, letter, whole, by=by)
    return "The mended copy was sent back. Where it fails again, the letter waits again."


def _discarded(door: ConsoleDoor, chosen: Chosen, why: str, by: str, _: Progress) -> str:
    done = dead_letters.discard(door.installation.settings, chosen, why, by=by)
    return f"{done.discarded:,} count as seen to; {done.skipped:,} did before."
