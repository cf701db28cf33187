"""matches.v1: one posting with all the criteria that it matched."""

from typing import Literal

from pydantic import Field

from schemas.model import Model
from schemas.posting import PostingCore

Cause = Literal["forward", "backfill", "replay"]


class Matches(Model):
    """A posting and the sorted keys that it matched and nearly matched.

    Chunks of one posting each carry it whole, so that they may arrive in any order. A posting that matched nobody is
    sent with no keys, so that its newest version and its closing reach the store.
    """

    posting: PostingCore
    keys: str = ""
    """`schemas.keys.pack` of the matched criteria keys, base64."""
    near: str = ""
    """Likewise, of the nearly matched."""
    chunk: int = Field(default=0, ge=0)
    chunks: int = Field(default=1, ge=1)
    cause: Cause = "forward"
