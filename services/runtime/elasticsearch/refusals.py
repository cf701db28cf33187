"""What Elasticsearch says no to, as errors of ours: what may pass by waiting, and what never will."""

from collections.abc import Mapping
from typing import Any, Final

from services.runtime.errors import JobchimeError, PoisonError, UnavailableError

CONFLICT, NOT_FOUND, _TOO_MANY = 409, 404, 429
_REFUSED: Final = (401, 403)
_BLOCKED: Final = "cluster_block_exception"
_CLOSED: Final = "index_closed_exception"
_OTHER_FORM: Final = "strict_dynamic_mapping_exception"
ENGINE: Final = "Elasticsearch"


class MissingIndexError(UnavailableError):
    """An index or alias that a request named is not there (any more)."""


class RefusedError(JobchimeError):
    """A request that will never be taken; `kind` is the server's name for why."""

    def __init__(self, sentence: str, kind: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class SlowError(UnavailableError):
    """No answer in time: of less at once there may be one."""


def away(sentence: str) -> UnavailableError:
    return UnavailableError(sentence, mend=ENGINE)


def failure(status: int, kind: str, said: str, *, item: bool = False) -> JobchimeError:
    reason = f"{kind}: {said}" if kind else said or "no reason given"
    if status == NOT_FOUND:
        return MissingIndexError(f"Elasticsearch lacks an index: {reason}", mend="reindex")
    if kind in (_BLOCKED, _CLOSED):
        # By an operator, a snapshot or a full disk: no fault of credentials, nor of what was asked.
        opened = "; `POST /INDEX/_open` opens an index" * (kind == _CLOSED)
        return away(f"Elasticsearch is blocked ({status}): {said}{opened}")
    if status in _REFUSED:
        return away(f"Elasticsearch refuses our credentials ({status}): check elasticsearch.* settings")
    if status == _TOO_MANY or status >= 500:
        return away(f"Elasticsearch cannot serve now ({status}): {reason}")
    if kind == _OTHER_FORM:
        # No fault of the document: all of a release's have the fields of its own mapping.
        sentence = f"the index is of another release's form: end the older services, or reindex ({reason})"
        return UnavailableError(sentence, mend="reindex")
    sentence = f"Elasticsearch refuses a {'document' if item else 'request'} ({status}): {reason}"
    return PoisonError(sentence) if item else RefusedError(sentence, kind)


def cause(body: Any) -> tuple[str, str]:
    """The name and the plainest sentence that an error's body has for why; each may be empty."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", str(error or "")
    return said_of((error.get("root_cause") or [error])[0])


def said_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """The name of a single error, and its reason with the index that it is of."""
    reason, index = str(error.get("reason", "")), error.get("index")
    return str(error.get("type", "")), f"{reason} [{index}]" if index and index not in reason else reason
