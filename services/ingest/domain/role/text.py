"""What a text says of who is sought, for titles that do not: "we are looking for a ...", "als ... wirst du"."""

import re
from collections.abc import Iterator
from typing import Final

_MOST: Final = 90
"""Characters behind the words that announce a role."""
_ANNOUNCED: Final = re.compile(
    r"\b(?:(?:looking|searching|hiring) (?:for )?|seeking |in search of |recruiting |join (?:us|our team|\w+) as "
    r"|(?:role|position|job) (?:of|as)(?: the| an?)? |as (?:the|our|an?) |as (?=[A-Z])"
    r"|suchen (?:wir |dich als |sie als |für \w+ )?|als (?=[A-ZÄÖÜ])|cherchons |recherch(?:e|ons) |en tant que? ?"
    r"|buscamos |en busca de |procuramos |estamos à procura de |como (?=[A-Z])|cerchiamo |stiamo cercando "
    r"|siamo alla ricerca di "
    r"|zoeken (?:wij |we )?|op zoek naar |szukamy |poszukujemy |na stanowisko )",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"[.!?;:,\n•]|\s(?:who|that|to|where|which|you|wirst|bist|bringst|der|die|das|qui|vous|que|para|che|tu|die|który)\s"
)


def announced(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that name who is sought, in order. Linear in the text."""
    for found in _ANNOUNCED.finditer(text):
        stop = min(len(text), found.end() + _MOST)
        end = _END.search(text, found.end(), stop)
        yield found.end(), end.start() if end else stop
