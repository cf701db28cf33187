"""The language that a posting is written in."""

import re
from collections import Counter
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.ingest.domain.findings import Finding, evidence_of
from services.ingest.domain.sections import Document

_LEAST_LETTERS = 120
"""Below this a text of names and terms is told wrongly too often."""
_CHUNK = 250
_MOST_CHUNKS = 5
_LEAST_SHARE = 0.6
"""A text of two languages is in that of most of its parts, or in none."""
_LEAST_PROBABILITY = 0.8
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[#@]\w+|\d+")


def read_language(document: Document, stated: str | None) -> Finding[str | None]:
    """Decide the language (ISO 639-1): of the text, else as the board states it where the text is short.

    None where the text is short or mixed and the board says nothing.
    """
    chunks = _chunks(document.text)
    if sum(map(str.isalpha, "".join(chunks))) < _LEAST_LETTERS:
        code = (stated or "")[:2].lower()
        known = len(code) == 2 and code.isascii() and code.isalpha()
        return Finding(code, (evidence_of("language", stated or ""),)) if known else Finding(None)
    spoken: Counter[str] = Counter()
    for chunk in chunks:
        code, probability = _identifier().classify(chunk)
        spoken[code if probability >= _LEAST_PROBABILITY else "?"] += 1
        if spoken[code] >= _LEAST_SHARE * len(chunks):
            return Finding(code)
    return Finding(None, (evidence_of("text", "mixed or unclear: " + ", ".join(sorted(spoken))),))


def _chunks(text: str) -> list[str]:
    """Pieces spread evenly over the text."""
    pieces = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
    if len(pieces) > 1 and len(pieces[-1]) < _CHUNK // 3:
        pieces.pop()
    step = max(1, -(-len(pieces) // _MOST_CHUNKS))
    even = [_NOISE.sub(" ", piece) for piece in pieces[::step]]
    return even[::2] + even[1::2]  # beginning, middle and end first: mostly they agree, and that settles it


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
