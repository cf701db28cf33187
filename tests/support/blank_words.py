"""A language without words: whatever does not come from its catalogue stands out."""

import re
from gettext import NullTranslations

from services.wording.words import Words

_PARTS = re.compile(r"(\{[a-z_]+\})")


class _Blank(NullTranslations):
    def gettext(self, message: str) -> str:
        return "".join(
            part if part.startswith("{") else re.sub(r"[^\W\d_]", "·", part) for part in _PARTS.split(message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def blank_words(locale: str = "de") -> Words:
    """Numbers and names as a locale writes them; of every text only its placeholders and marks."""
    return Words(locale, _Blank())


def words_beside(said: str, *values: str) -> list[str]:
    """What of a text said in `blank_words` is in none of the values that were filled in."""
    for value in sorted(values, key=len, reverse=True):
        said = said.replace(value, " ")
    return re.findall(r"[^\W\d_]+", said)
