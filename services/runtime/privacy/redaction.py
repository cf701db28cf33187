"""Keeping people, and our secrets, out of logs, headers and error texts."""

import re

from services.runtime.privacy.secrets import without_keys, without_secrets

# Wider than RFC 5321 on purpose: a false hit costs a word of an error text, a miss an address in a log.
_ADDRESS = re.compile(r"[^\s<>\"'`,;:()\[\]{}=/?&]+(?:@|%40)[^\s<>\"'`,;:()\[\]{}=/?&]+", re.IGNORECASE)

# Numbers that are written as people write them for a call: with a country's code, with an area code in brackets or cut
# off, in groups of three, three and four. Not after what makes them part of an id, a time, an address or a path.
_BEFORE, _AFTER = r"(?<![\w.:/+#=@-])", r"(?![\w:]|[.,-]\d)"
_PHONE = re.compile(
    rf"{_BEFORE}(?:"
    r"\+[1-9](?:[ ().\-/]{0,2}\d){7,14}"
    r"|\(\d{2,5}\)[ -]?\d{2,4}(?:[ .-]?\d{2,4}){1,3}"
    r"|\d{3}([.-])\d{3}\1\d{4}"
    r"|0[1-9]\d{1,4}[ /-]\d{3,8}(?:[ -]\d{2,4}){0,3}"
    rf"){_AFTER}"
)

HIDDEN = "(address hidden)"
HIDDEN_NUMBER = "(number hidden)"


def without_addresses(text: str) -> str:
    """Replace whatever looks like an email address."""
    return _ADDRESS.sub(HIDDEN, text)


def without_people(text: str) -> str:
    """Replace secrets, and whatever looks like an email address or a telephone number."""
    return _PHONE.sub(HIDDEN_NUMBER, without_addresses(without_secrets(without_keys(text))))


def redacted(error: BaseException, most: int = 500) -> str:
    """An error's text on one line, without people and secrets, at most `most` characters; else its type."""
    text = " ".join(without_people(str(error)).split()) or type(error).__name__
    return text if len(text) <= most else text[: most - 1] + "…"
