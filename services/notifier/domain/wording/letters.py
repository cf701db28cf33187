"""The letters that carry a link: of all they say nothing was written by whoever asked for them, or by an operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from babel.numbers import format_decimal

from services.notifier.domain.consent import Notice
from services.notifier.domain.model import Ask, Sender
from services.notifier.domain.wording.digest import LABELS, sender_line
from services.wording.lines import capitalised, one_line
from services.wording.relaxations import criteria_in_words
from services.wording.words import Words, mark

Letter = Literal["confirm", "sign_in", "erase", "known", "new_address", "old_address", "webhook_shut", "quiet"] | Notice


@dataclass(frozen=True, slots=True)
class _Texts:
    subject: str
    text: str
    button: str
    otherwise: str


MOVE = mark("Send my job alerts to this address from now on.")
"""What stands beside the button that confirms a new address."""
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
    "erase": _Texts(
        mark("Erase what {board} keeps about you"),
        mark(
            "Somebody who has a mail of yours from {board} asked to erase all that is kept about you. If it was you,"
            " this link signs you in, once, within 15 minutes: at the end of the page one button erases it."
        ),
        mark("Sign in"),
        mark("If you did not ask for it, do nothing: then nothing is erased."),
    ),
    "known": _Texts(
        mark("{board} knows your address already"),
        mark(
            "Somebody asked {board} to send job alerts to this address, which it knows already."
            " Sign in to see what is sent, and to add what was asked for."
        ),
        mark("Sign in"),
        _NOT_ASKED,
    ),
    "new_address": _Texts(
        mark("Confirm your new address for {board}"),
        mark("Somebody who gets job alerts from {board} wants them here. If it was you, confirm it within 48 hours."),
        mark("Confirm"),
        mark("If it was not you, do nothing: then nothing is sent, and this address is forgotten."),
    ),
    "old_address": _Texts(
        mark("Your job alerts from {board} go to another address"),
        mark("Your job alerts from {board} go to another address, which was confirmed there. Nothing more comes here."),
        "",
        mark("If it was not you, write to {contact}."),
    ),
    "webhook_shut": _Texts(
        mark("{board} posts nothing more to your webhook"),
        mark(
            "Your webhook took no job alerts from {board} for days, or said that it is gone: nothing more is posted"
            " there. At home you see what it answered, and turn it on again."
        ),
        mark("Your webhooks"),
        mark("It is at {address}"),
    ),
    "declared": _Texts(
        mark("Do you want job alerts from {board}?"),
        mark(
            "We were told that you want job alerts from {board} at this address. Nothing is sent until you confirm it."
        ),
        mark("Confirm"),
        mark("If you do not want them, do nothing: then nothing is sent, and on {day} this address is forgotten."),
    ),
    "still_wanted": _Texts(
        mark("Do you still want job alerts from {board}?"),
        mark("It is long since you last followed a link in a mail from {board}. Do you still want job alerts?"),
        mark("Yes, keep them coming"),
        mark("Without an answer your mails are paused on {day}, and {days} days later all about you is erased."),
    ),
    "paused": _Texts(
        mark("Your job alerts from {board} are paused"),
        mark("We asked whether you still want job alerts from {board}, and no answer came. Your searches are kept."),
        mark("Mail me again"),
        mark("Without an answer all about you is erased on {day}."),
    ),
    "quiet": _Texts(
        mark("Nothing new has fitted since {day}"),
        mark("{board} still looks for you, but since {day} nothing came in that is worth a mail. You look for:"),
        mark("See what would bring more"),
        mark("There you can also change your searches or pause them. We say this once, until jobs come again."),
    ),
}


_BODY: Final = (
    "margin:0 auto;max-width:560px;padding:12px 16px;overflow-wrap:anywhere;"
    "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:24px"
)
_BUTTON: Final = (
    "display:inline-block;padding:12px 20px;border-radius:8px;background-color:#0a5d53;color:#ffffff;"
    "font-weight:700;text-decoration:none"
)
"""Its colours stand out from one another, so that it is the same in the dark; all else is as a mailbox has it."""
_SMALL: Final = "font-size:14px;line-height:20px"


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """What a reader sees."""

    subject: str
    text: str
    html: str


def write_letter(
    letter: Letter,
    link: str,
    sender: Sender,
    words: Words,
    values: Mapping[str, object],
    unsubscribe: str = "",
    listed: Sequence[str] = (),
    beside: tuple[str, str, str] | None = None,
) -> WrittenLetter:
    """A letter with its link, if it has one, in plain text and in HTML: the link is a button in the board's colour.

    `unsubscribe`: the link to leave by, where nobody asked for the letter; `values` fill its texts; `listed` stands
    below the first of them, and below that `beside`: a sentence, with what a link of its own is called and leads to.
    """
    texts, values = _TEXTS[letter], {"board": sender.name, **values}
    subject, text, last = (words.say(said, **values) for said in (texts.subject, texts.text, texts.otherwise))
    from_line = one_line(sender_line(sender))
    leave = words.say(mark("Unsubscribe"))
    leave_html = f'<p style="{_SMALL}"><a href="{escape(unsubscribe)}">{escape(leave)}</a></p>\n' if unsubscribe else ""
    leave_text = f"{leave}{words.say(mark(':'))} {unsubscribe}\n\n" if unsubscribe else ""
    button, style = words.say(texts.button) if link else "", sender.brand.recoloured(_BUTTON)
    button_html = f'<p><a href="{escape(link)}" style="{style}">{escape(button)}</a></p>\n' if link else ""
    link_text = f"{button}{words.say(mark(':'))} {link}\n\n" if link else ""
    list_html = f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in listed)}</ul>\n" if listed else ""
    list_text = "".join(f"- {line}\n" for line in listed) + ("\n" if listed else "")
    beside_html = beside_text = ""
    if beside:
        said, label, leads_to = beside
        beside_html = f'<p>{escape(said)}<br><a href="{escape(leads_to)}">{escape(label)}</a></p>\n'
        beside_text = f"{said}\n{label}{words.say(mark(':'))} {leads_to}\n\n"
    html = (
        f'<!doctype html>\n<html lang="{words.tag}" dir="{words.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(subject)}</title></head>\n'
        f'<body style="{_BODY}"><p>{escape(text)}</p>\n{list_html}{beside_html}'
        f'{button_html}<p>{escape(last)}</p>\n{leave_html}<p style="{_SMALL}">{escape(from_line)}</p></body></html>\n'
    )
    plain = f"{text}\n\n{list_text}{beside_text}{link_text}{last}\n\n{leave_text}-- \n{from_line}\n"
    return WrittenLetter(subject, plain, html)


def write_quiet(
    link: str,
    left_out: str,
    sender: Sender,
    words: Words,
    day: str,
    asks: Sequence[Ask],
    unlikely: int,
    unsubscribe: str,
    *,
    offers_more: bool,
) -> WrittenLetter:
    """That nothing came since a day, for what is looked for, and how many jobs fitted it by the letter alone.

    `left_out`: where these are listed; `offers_more`: and where one press has more of them sent.
    """
    alone = words.count(
        "1 job fitted by the letter, and was unlikely to be what you want.",
        "{shown} jobs fitted by the letter, and were unlikely to be what you want.",
        unlikely,
        shown=format_decimal(unlikely, locale=words.locale),
    )
    searches = [_asked(ask, words) for ask in asks]
    if offers_more:
        press = words.say("One press there has more such jobs sent to you from now on.")
        alone = f"{alone} {press}"
    see = LABELS["unlikely"]
    beside = (alone, words.say(see), left_out) if unlikely else None
    return write_letter("quiet", link, sender, words, {"day": day}, unsubscribe, searches, beside)


def _asked(ask: Ask, words: Words) -> str:
    """A search by its name, and what it asks for where the name does not begin so."""
    said = capitalised(" · ".join(criteria_in_words(ask.criteria, words)))
    if said.startswith(ask.name) or not said:
        return said or ask.name
    return f"{ask.name}{words.say(mark(':'))} {said}"
