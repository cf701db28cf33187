"""Numbers before nouns in English, as all that is printed and logged counts."""

import re


def counted(number: int, noun: str, many: str = "") -> str:
    """`1 search`, `1,200 searches`; `many` is the plural where the noun is not the last word or has one of its own."""
    return f"{number:,} {noun if number == 1 else many or _plural(noun)}"


def _plural(noun: str) -> str:
    if re.search("[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
