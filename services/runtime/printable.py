"""What a stranger wrote, made safe for a terminal: no character of it steers the terminal or reorders what is read.

Feeds, subscribers and servers choose the text of titles, names and errors. Control characters (C0 and C1 of ECMA-48,
DEL) may clear the screen, move the cursor or answer for the keyboard; those that override the direction of text (UAX 9)
and the separators of lines and paragraphs make a line read as another.
"""

import json
import re
from typing import Any

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
SHOWN = "\ufffd"
"""What stands for such a character, one cell wide."""


def printable(text: str) -> str:
    """The text with all that steers replaced; of control characters only the ends of lines and tabs pass."""
    return _STEERING.sub(SHOWN, text.replace("\r\n", "\n"))


def escaped(document: str) -> str:
    """A JSON document with all that steers escaped as JSON does, so that the data stay what they are.

    Such characters stand within its strings alone, save the ends of lines between members.
    """
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def json_text(value: Any, **how: Any) -> str:
    """A value as JSON, readable in every script and safe on a terminal."""
    return escaped(json.dumps(value, ensure_ascii=False, **how))
