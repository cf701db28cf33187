"""The words of a sentence that say how it speaks of all that is in it."""

from functools import cache
from typing import Final, Literal, get_args

from services.ingest.domain.lexicon import LANGUAGES, spelled, written

LineKind = Literal["asks", "optional", "denies", "degree", "speaks", "role", "equipment"]

_BEFORE_A_WORD: Final = (" ", "\n", "(")
_BEHIND_A_WORD: Final = (" ", "\n", ".", ",")


@cache
def line_cues() -> dict[LineKind, tuple[str, ...]]:
    """Give what each kind is found by: plain text, with a sign before and behind it where a word begins or ends."""
    return {
        kind: tuple(
            dict.fromkeys(
                cue
                for language in LANGUAGES
                for way in written(f"sentence.{kind}", language)
                for one in spelled(way)
                for cue in _cues(one)
            )
        )
        for kind in get_args(LineKind)
    }


def _cues(way: str) -> list[str]:
    text = way.strip("*").replace("\\", "").replace("_", " ")
    befores = ("",) if way.startswith("*") else _BEFORE_A_WORD
    if text.endswith("$"):
        return [f"{before}{text.removesuffix('$')}\n" for before in befores]
    behinds = _BEHIND_A_WORD if way[-1].isalnum() else ("",)
    return [f"{before}{text}{behind}" for before in befores for behind in behinds]
