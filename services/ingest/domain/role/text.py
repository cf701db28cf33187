"""What a text says of who is sought, for titles that do not: "we are looking for a ...", "als ... wirst du"."""

import re
from collections.abc import Iterator
from typing import Final

_MOST: Final = 80
"""Characters behind the words that announce a role."""
_ANNOUNCED: Final = re.compile(
    r"(?i:\b(?:looking for|searching for|seeking|hiring|in search of|recruiting|recruit|need) (?:an?|our|the) "
    r"|(?:^|[.!?\n•]\s{0,3})as (?:an?|our|the) |\bjoin (?:us|our team|the team) as (?:an?|our|the) "
    r"|\b(?:role|position) (?:of|as) (?:an?|the) "
    r"|\bsuchen (?:wir |dich als |sie als |ab sofort |zum \w+ )?(?:eine[nr]? )?"
    r"|\bcherchons (?:une? )|\brecherch(?:e|ons) (?:une? )|(?:^|[.!?\n•]\s{0,3})en tant que? "
    r"|\b(?:buscamos|en busca de) (?:una? )?|\b(?:procuramos|à procura de) (?:uma? )?"
    r"|\b(?:cerchiamo|cercando|ricerca di) (?:una? |un')?|\b(?:zoeken|op zoek naar) (?:wij |we )?(?:een )?"
    r"|\b(?:szukamy|poszukujemy|na stanowisko) )|(?:^|[.!?\n•]\s{0,3})(?:Als|Como) (?=[A-ZÄÖÜ])"
)
_END: Final = re.compile(
    r"[.!?;:,\n•(]|\s(?:who|that|to|where|which|with|for|in|you|based|wirst|bist|bringst|der|die|das|für|mit|qui|vous|que"
    r"|pour|para|che|tu|die|który|która)\s"
)


def announced(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that name who is sought, in order. Linear in the text."""
    for found in _ANNOUNCED.finditer(text):
        stop = min(len(text), found.end() + _MOST)
        end = _END.search(text, found.end(), stop)
        yield found.end(), end.start() if end else stop
