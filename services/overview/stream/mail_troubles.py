"""What is not well with mails, in the mail server's own words, and what to do about it: pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.counted import counted
from services.overview.stream.model import Trouble
from services.runtime.figures.mail import MailFault, MailFigures

PATIENCE: dict[str, timedelta] = {"settings": timedelta(0), "away": timedelta(minutes=2), "busy": timedelta(minutes=30)}
"""How long mails may wait after a first attempt that failed before that is a failure and no passing trouble."""
_FRESH = timedelta(hours=1)
"""For how long a refusal is a failure although other mails were accepted since."""
_MOST_SAID = 240

_WAITING = {
    "settings": "{mails} waiting, as none can go out: {said}",
    "away": "{mails} waiting, as the mail server is away: {said}",
    "busy": "{mails} put off by the mail server: {said}",
}
_OVER = {
    "policy": "{mails} refused because of the sender: {said}",
    "message": "{mails} refused: {said}",
    "mailbox": "{mails} refused and the addresses suppressed, as there are no such mailboxes: {said}",
    "withheld": "{mails} withheld: {said}",
    "expired": "{mails} given up after waiting for too long",
}
_DO = {
    "settings": "mend [mail] in the settings, which `jobchime doctor` tries, then start again; the mails wait",
    "away": "`jobchime doctor` tries the mail server; the mails wait and go out by themselves",
    "busy": "nothing, unless it lasts: they are tried again by themselves; then ask who runs the mail server",
    "policy": "have it let mail.sender_address send (SPF, DKIM, its rules); `jobchime mail test ADDRESS` tries",
    "message": "`jobchime delivery list --state failed` says of each why",
    "mailbox": "`jobchime subscriber show` says whose; where one is right after all, `jobchime suppression lift`",
    "withheld": "add whom you want to mail to mail.allow in the settings",
    "expired": "`jobchime delivery list --state failed` names them; see that mails go out, `jobchime doctor`",
}
_PASSED = "{mails} waiting for the next try, while others go out again; at the last: {said}"
_DO_NOTHING = "nothing: they are tried again by themselves"
_OF_ALL = ("settings", "away")
"""What lets no mail go out, whoever it is for."""
_KNOWN_TO_HAPPEN = ("mailbox", "withheld")


def mail_troubles(mail: MailFigures, now: datetime) -> Iterator[Trouble]:
    """One of each kind of fault, with how many mails it concerns and since when."""
    for fault in mail.faults:
        passed = _has_passed(fault, mail)
        said = _PASSED if passed else (_WAITING if fault.waiting else _OVER).get(fault.fault)
        if said is not None:
            number = counted(fault.mails, "mail")
            last = "" if fault.waiting or fault.mails == 1 else f", the last {_at(fault.last)}"
            what = f"{said.format(mails=number, said=_short(fault.said))} (since {_at(fault.since)}{last})"
            do = _DO_NOTHING if passed else _DO[fault.fault]
            yield Trouble(what, do, grave=not passed and _is_grave(fault, mail, now))


def _has_passed(fault: MailFault, mail: MailFigures) -> bool:
    """Whether what kept all mails from going out keeps none any more, though some still wait for their next try."""
    return fault.waiting and fault.fault in _OF_ALL and _went_out_since(fault, mail)


def _went_out_since(fault: MailFault, mail: MailFigures) -> bool:
    return mail.last_accepted is not None and mail.last_accepted > fault.last


def _is_grave(fault: MailFault, mail: MailFigures, now: datetime) -> bool:
    if fault.waiting:
        return now - fault.since >= PATIENCE.get(fault.fault, timedelta(0))
    if fault.fault in _KNOWN_TO_HAPPEN:
        return False
    return not _went_out_since(fault, mail) or now - fault.last < _FRESH


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SAID else text[: _MOST_SAID - 1] + "…"
