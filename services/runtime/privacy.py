"""Keeping people out of logs, headers and error texts."""

import re

# Wider than RFC 5321 on purpose: a false hit costs a word of an error text, a miss an address in a log.
_ADDRESS = re.compile(r"[^\s<>\"'`,;:()\[\]{}=/?&]+(?:@|%40)[^\s<>\"'`,;:()\[\]{}=/?&]+", re.IGNORECASE)

HIDDEN = "(address hidden)"


def without_addresses(text: str) -> str:
    """Replace whatever looks like an email address."""
    return _ADDRESS.sub(HIDDEN, text)


def told(error: BaseException, most: int = 500) -> str:
    """An error's text on one line, without addresses, at most `most` characters; its type where it has no text."""
    text = " ".join(without_addresses(str(error)).split()) or type(error).__name__
    return text if len(text) <= most else text[: most - 1] + "…"
