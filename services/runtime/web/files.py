"""Files of a web door: its own, and those that all doors share."""

from collections.abc import Collection
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_SHARED = "services.runtime.web"


class Files(StaticFiles):
    """Files that a browser keeps, and asks each time whether they are still the same: the answer has no body then."""

    def __init__(self, package: str, *, anywhere: Collection[str] = ()) -> None:
        """Those in the folder `static` of a package, then the shared ones. `anywhere`: pages of others load these."""
        super().__init__(packages=[(package, "static"), (_SHARED, "static")])
        self._anywhere = frozenset(anywhere)

    def file_response(self, *given: Any, **named: Any) -> Response:
        """A file, to be asked for anew each time."""
        answer = super().file_response(*given, **named)
        answer.headers["Cache-Control"] = "no-cache"
        if str(given[0]).rpartition("/")[2] in self._anywhere:
            # Made to run on pages of others, where browsers load nothing of ours else.
            answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer
