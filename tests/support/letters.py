"""Letters that carry a link, as they were sent, and how many of them an address may be sent."""

import email
import email.policy
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

EVERY, MOST_A_DAY = timedelta(minutes=15), 3
"""An address is sent one letter a quarter of an hour, and three a day."""
_DAY = timedelta(days=1)
CONFIRM, SIGN_IN, NEW_ADDRESS = "c", "s", "a"
"""Kinds of letters, as their links begin."""
_LINK: Final = re.compile(r"https://[^/\s]+(/([csa])/\S+)")


@dataclass(frozen=True, slots=True)
class SentLetter:
    """One whose link somebody can press."""

    letter_id: str
    kind: str
    """`CONFIRM`, `SIGN_IN` or `NEW_ADDRESS`."""
    to: str
    at: datetime
    path: str
    """Of its link."""


def letter_in(data: bytes) -> SentLetter | None:
    """The letter that a mail is; None where it has no link of one."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain",))
    link = _LINK.search(body.get_content()) if body is not None else None
    if link is None:
        return None
    return SentLetter(str(message["Message-ID"]), link[2], str(message["To"]), message["Date"].datetime, link[1])


@dataclass
class LetterBox:
    """A folder of mails, looked into again and again; what is wrong with a letter of itself is raised at once."""

    folder: Path
    seen: set[str] = field(default_factory=set)
    sent: dict[str, list[datetime]] = field(default_factory=dict)
    """By address: when it was sent letters, as far as that still counts."""
    ids: Counter[str] = field(default_factory=Counter)
    """Of letters, and the links in them: none comes twice."""

    def news(self) -> list[SentLetter]:
        """The letters since the last look."""
        found = []
        for path in sorted(self.folder.glob("*.eml")):
            if path.name not in self.seen and (letter := letter_in(path.read_bytes())) is not None:
                self.take(letter)
                found.append(letter)
            self.seen.add(path.name)
        return found

    def take(self, letter: SentLetter) -> None:
        """Count one in. Raises AssertionError where it was sent before, or too soon."""
        self.ids.update((letter.letter_id, letter.path))
        assert self.ids[letter.letter_id] == self.ids[letter.path] == 1, f"a letter twice: {letter}"
        assert self.may_get(letter.to, letter.at), f"too many letters: {letter}"
        self.sent.setdefault(letter.to, []).append(letter.at)

    def may_get(self, address: str, now: datetime, suppressed: Collection[str] = ()) -> bool:
        """Whether an address may be sent a letter: by a clock that is set back as by one that is not."""
        of_late = [at for at in self.sent.get(address, ()) if abs(now - at) < _DAY]
        return address not in suppressed and len(of_late) < MOST_A_DAY and all(abs(now - at) >= EVERY for at in of_late)

    def forget(self, address: str) -> None:
        """Who has it was erased, and how often they were written to with them."""
        self.sent.pop(address, None)
