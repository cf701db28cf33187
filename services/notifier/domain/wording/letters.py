"""The letters that carry a link: of all they say nothing was written by whoever asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

from services.notifier.domain.model import Sender
from services.wording.words import Words, mark

Letter = Literal["confirm", "sign_in", "known"]


@dataclass(frozen=True, slots=True)
class _Texts:
    subject: str
    text: str
    button: str
    otherwise: str


_NOT_ASKED = mark("If you did not ask for it, do nothing.")
_TEXTS: Mapping[Letter, _Texts] = {
    "confirm": _Texts(
        mark("Confirm your job alerts from {board}"),
        mark("Somebody asked {board} to send job alerts to this address. If it was you, confirm it within 48 hours."),
        mark("Confirm"),
        mark("If it was not you, do nothing: then nothing is sent, and this address is forgotten."),
    ),
    "sign_in": _Texts(
        mark("Your link to sign in to {board}"),
        mark("This link signs you in to your job alerts from {board}, once, within 15 minutes."),
        mark("Sign in"),
        _NOT_ASKED,
    ),
    "known": _Texts(
        mark("You get job alerts from {board} already"),
        mark("Somebody asked {board} to send job alerts to this address, which is subscribed. Sign in to change them."),
        mark("Sign in"),
        _NOT_ASKED,
    ),
}


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """What a reader sees."""

    subject: str
    text: str
    html: str


def write_letter(letter: Letter, link: str, sender: Sender, words: Words) -> WrittenLetter:
    """A letter with its link, in plain text and in HTML that needs no style."""
    texts = _TEXTS[letter]
    subject, text = words.say(texts.subject, board=sender.name), words.say(texts.text, board=sender.name)
    from_line = f"{sender.name} · {sender.postal_address}" if sender.postal_address else sender.name
    last = words.say(texts.otherwise)
    html = (
        f'<!doctype html>\n<html lang="{words.tag}" dir="{words.direction}"><head><meta charset="utf-8">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(subject)}</title></head>\n'
        f"<body><p>{escape(text)}</p>\n"
        f'<p><a href="{escape(link)}">{escape(words.say(texts.button))}</a></p>\n'
        f"<p>{escape(last)}</p>\n<p>{escape(from_line)}</p></body></html>\n"
    )
    return WrittenLetter(subject, f"{text}\n\n{link}\n\n{last}\n\n-- \n{from_line}\n", html)
