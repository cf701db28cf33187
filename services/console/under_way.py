"""How far what takes longer has come."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.console.door import ConsoleDoor
from services.console.live import Watch, live_pieces
from services.console.turns import Turn, Turns


def routes(door: ConsoleDoor, watch: Watch, turns: Turns) -> APIRouter:
    """`/turns`: one of them, and the same as it goes on."""
    router = APIRouter()

    @router.get("/turns/{turn}")
    async def far(request: Request, turn: str) -> Response:
        """The page."""
        operator = door.access.operator(request)
        return door.show(request, "turn", operator, values=_far(turns.named(turn)))

    @router.get("/turns/{turn}/live")
    async def live(request: Request, turn: str) -> Response:
        """The same, again and again, as server-sent events."""
        door.access.operator(request)
        found = turns.named(turn)

        def now() -> tuple[str, bool]:
            values = _far(found)
            return door.piece("turn_now", values), bool(values["over"])

        return live_pieces(door, watch, request, now)

    return router


def _far(turn: Turn) -> dict[str, object]:
    """As it is at one moment: it goes on while a page is made."""
    over, failed = turn.over, turn.failed
    return {
        "turn": turn,
        "over": over or failed,
        "fault": turn.fault if failed else "",
        "said": turn.said if over and not failed else "",
    }
