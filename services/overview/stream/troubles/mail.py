"""What is not well with mails, and what to do about it. Pure.

Sending that is held, digests that are not built, mails that do not go out or do not arrive.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.sql.doors import MOST_SIGN_UPS
from services.overview.stream.model import ByHand, Remedy, Trouble
from services.overview.stream.spans import ago, paused, short, stamp
from services.runtime.figures.arriving import FEW, SAID_FROM, Arriving
from services.runtime.figures.mail import MailFault, MailFigures
from services.runtime.figures.stream import StoreFigures
from services.runtime.pauses import BY_OPERATOR

PATIENCE: dict[str, timedelta] = {"settings": timedelta(0), "away": timedelta(minutes=2), "busy": timedelta(minutes=30)}
"""How long mails may wait after a first attempt that failed before that is a failure and no passing trouble."""
FRESH = timedelta(hours=1)
"""For how long a refusal is a failure although other mails were accepted since."""
REPLAY = (
    "`jobchime opt-outs replay FILE`, with what `jobchime opt-outs list --json` wrote last; where there is no such"
    " list, look at the mail provider who opted out, then `jobchime resume sending`"
)
"""What to do in a store that was restored."""
_GO_ON = Remedy("resume", "sending")
_RECENT = timedelta(days=1)
_LINKS_ACT_FOR = timedelta(days=30)
"""So long a link to unsubscribe has to act (CAN-SPAM, 16 CFR 316.5)."""
LATE = timedelta(minutes=15)
"""A digest that has been due for so long is late."""
_MANY_SIGN_UPS, _NEARLY_ALL_SIGN_UPS = 0.5, 0.8
"""Shares of the room for sign-ups: worth a look, and a failure."""
_MOST_SAID = 240
_WAITING = {
    "settings": "{mails} waiting, as none can go out: {said}",
    "away": "{mails} waiting, as nothing takes them now: {said}",
    "busy": "{mails} put off by the mail server: {said}",
}
_OVER = {
    "policy": "{mails} refused because of the sender: {said}",
    "message": "{mails} refused: {said}",
    "mailbox": "{mails} refused and the addresses suppressed, as there are no such mailboxes: {said}",
    "withheld": "{mails} withheld: {said}",
    "expired": "{mails} given up after waiting for too long",
}
_DO: dict[str, tuple[str, Remedy | ByHand]] = {
    "settings": (
        "mend [mail] in the settings and start again, or the account there, after which they go out by themselves;"
        " `jobchime doctor` tries it",
        "settings",
    ),
    "away": (
        "`jobchime doctor` tries the mail server, or the folder that they are written to; mend what it says: they wait,"
        " and go out by themselves within minutes",
        Remedy("retry mails"),
    ),
    "busy": (
        "they are tried again by themselves, and who is new to a server passes within minutes; after a quarter of an"
        " hour ask who runs the mail server",
        Remedy("retry mails"),
    ),
    "policy": (
        "have it let mail.sender_address send (SPF, DKIM, its rules); `jobchime mail test ADDRESS` tries",
        "others",
    ),
    "message": ("`jobchime delivery list --state failed` says of each why", Remedy("show failed mails")),
    "mailbox": (
        "`jobchime subscriber show --brief` says whose; where one is right after all, `jobchime suppression lift`",
        Remedy("show suppressions"),
    ),
    "withheld": (
        "add whom you want to mail to mail.allow in the settings; where that is everybody, take it out",
        "settings",
    ),
    "expired": (
        "`jobchime delivery list --state failed` names them; see that mails go out, `jobchime doctor`",
        Remedy("show failed mails"),
    ),
}
"""By fault what to do, and its button."""
_PASSED = "{mails} waiting for the next try, while others go out again; at the last: {said}"
_DO_NOTHING: tuple[str, Remedy | ByHand] = ("nothing: they are tried again by themselves", "passes")
_KNOWN_TO_HAPPEN = ("mailbox", "withheld")
_SOME_SPAM = 0.001
_DID_NOT_ARRIVE: dict[str, tuple[str, str, Remedy | ByHand]] = {
    "soft_bounced": (
        "did not arrive, as their readers' servers would not have them now",
        "the words say why: where they name a blocklist or our reputation, `jobchime pause sending` and mend that"
        " first; full mailboxes pass",
        Remedy("pause", "sending"),
    ),
    "bounced": (
        "came back for good, and the addresses are suppressed",
        "find out by which import or sign-up these people came; `jobchime suppression list` says why of each",
        Remedy("show suppressions"),
    ),
    "dropped": (
        "were taken by the mail provider and not sent on",
        "the words say why, and its pages more; their jobs come with the next digest",
        "others",
    ),
    "dropped_address": (
        "were not sent on, as the mail provider suppresses these addresses; so do we now",
        "`jobchime suppression import` takes over the provider's lists before it drops more",
        "known to you",
    ),
}
"""By kind of event, what became of mails, what to do, and how."""


def sending_troubles(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """What holds mails back, or takes away what links in them lead to."""
    if figures.pauses.sending:
        waiting = figures.deliveries.get("pending", 0)
        waits = counted(waiting, "mail waits", "mails wait")
        because = figures.pauses.stopped_because
        if figures.pauses.restored:
            what = "sending is held, as the store is a copy that was restored and does not know who opted out since"
            yield Trouble(f"{what}; {waits}", REPLAY, "known to you")
        elif because:
            do = "find out what they did not want, then `jobchime resume sending`"
            yield Trouble(f"sending stopped by itself, as {because}; {waits}", do, _GO_ON)
        else:
            said, long = paused(figures.pauses.pause_of("sending"), now)
            yield Trouble(f"sending is {BY_OPERATOR}{said}; {waits}", "`jobchime resume sending`", _GO_ON, grave=long)
    if not figures.pauses.sending and (because := figures.pauses.confirmations_stopped_because):
        do = "see who signs up, and whether by hand; then `jobchime resume sending`"
        what = f"letters that confirm an address stopped by themselves, as {because}; nobody can sign up"
        yield Trouble(what, do, _GO_ON)
    yield from _links_lost(figures, now)
    yield from _room_for_sign_ups(figures)


def _links_lost(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """A failure for a day, in which it may be mended; then a note, as long as a law may want the links to act."""
    lost = figures.links_lost
    if lost is not None and now - lost < _LINKS_ACT_FOR:
        yield Trouble(
            f"links in mails sent before {stamp(lost)}, those to unsubscribe among them, lead nowhere: the secret is"
            " another one since",
            "set JOBCHIME_SECRET, or mail.link_secret, to what it was, or list that in [[mail.former_link_secrets]],"
            " and start anew; where it is gone for good, see who asks to be unsubscribed by other ways",
            "settings",
            grave=now - lost < _RECENT,
        )


def _room_for_sign_ups(figures: StoreFigures) -> Iterator[Trouble]:
    if figures.sign_ups < MOST_SIGN_UPS * _MANY_SIGN_UPS:
        return
    full = "" if figures.sign_ups < MOST_SIGN_UPS else "; no more are taken, and nobody new can sign up"
    yield Trouble(
        f"{figures.sign_ups:,} sign-ups wait to be confirmed, where there is room for {MOST_SIGN_UPS:,}{full}",
        "see in the log of the server before the portal who posts to /sign-up, and shut them out there; each is"
        " forgotten 48 hours after it came",
        "machine",
        grave=figures.sign_ups >= MOST_SIGN_UPS * _NEARLY_ALL_SIGN_UPS,
    )


def digest_troubles(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    """From digests that are not built to mails that do not arrive."""
    yield from mail_troubles(figures.mail, now)
    unknown = figures.deliveries.get("unknown", 0)
    if unknown:
        since = f" since {figures.unknown_since:%Y-%m-%d %H:%M}Z" if figures.unknown_since else ""
        yield Trouble(
            f"of {unknown:,} mails nobody knows whether they went out{since}"
            + (f", of the last as {short(figures.unknown_said, _MOST_SAID)}" if figures.unknown_said else "")
            + f"; none went out since, and {figures.mail.untaken:,} more wait to be tried" * _waits_behind(figures),
            "`jobchime delivery list` names them: ask the mail provider, then `jobchime delivery settle`",
            Remedy("show doubts"),
        )
    put_off = figures.put_off or figures.pauses.holds("notifier")
    if figures.due_since is not None and now - figures.due_since > LATE and not put_off:
        yield Trouble(
            f"{counted(figures.due_subscribers, 'digest is', 'digests are')} due and not built, the oldest for"
            f" {ago(now - figures.due_since)}"
            + (f"; {figures.due_retried:,} of them could not be built yet" if figures.due_retried else ""),
            "the notifier's log says why: a digest could not be built"
            if figures.due_retried
            else "see that a notifier runs and is ready",
            "process",
        )
    yield from _untaken(figures)


def _waits_behind(figures: StoreFigures) -> bool:
    """Whether mails wait behind those in doubt, as what answers so is tried seldom."""
    return bool(figures.mail.untaken and figures.is_in_doubt and not figures.pauses.sending)


def _untaken(figures: StoreFigures) -> Iterator[Trouble]:
    if figures.untaken_for > LATE:
        yield Trouble(
            f"{counted(figures.mail.untaken, 'mail is', 'mails are')} built and not handed over, the oldest for"
            f" {ago(figures.untaken_for)}",
            "see that a notifier runs and is ready, and what its log says of mails; if they become fewer, wait",
            "process",
        )


def mail_troubles(mail: MailFigures, now: datetime) -> Iterator[Trouble]:
    """One of each kind of fault, with how many mails and since when; then what is told of those that went out."""
    for fault in mail.faults:
        passed = mail.has_passed(fault)
        said = _PASSED if passed else (_WAITING if fault.waiting else _OVER).get(fault.fault)
        if said is not None:
            number = counted(fault.mails, "mail")
            last = "" if fault.waiting or fault.mails == 1 else f", the last {stamp(fault.last)}"
            # A few are tried, lest a server that takes none be asked for each.
            if mail.untaken and mail.keeps_all(fault):
                last = f"; {counted(mail.untaken, 'more waits', 'more wait')} to be tried"
            what = f"{said.format(mails=number, said=short(fault.said, _MOST_SAID))} (since {stamp(fault.since)}{last})"
            do, remedy = _DO_NOTHING if passed else _DO[fault.fault]
            yield Trouble(what, do, remedy, grave=not passed and _is_grave(fault, mail, now))
    yield from _unheard(mail)
    yield from _without_end(mail)
    yield from _not_arriving(mail.arriving)


def _is_grave(fault: MailFault, mail: MailFigures, now: datetime) -> bool:
    if fault.waiting:
        patience = PATIENCE.get(fault.fault, timedelta(0))
        # Where others go out it is a matter of these readers' servers; where none does all are late by then.
        return now - fault.since >= (min(patience, LATE) if mail.keeps_all(fault) else patience)
    # When a clock that ran ahead dated it nobody knows: it is told of, and holds nothing up.
    if fault.last > now:
        return False
    if fault.fault in _KNOWN_TO_HAPPEN:
        # A server that refuses every mailbox does not know ours, and suppresses all readers one after the other; a
        # mail.allow by which nobody is mailed has been forgotten.
        none_since = mail.last_accepted is None or mail.last_accepted < fault.since
        return fault.mails >= FEW and none_since
    return not mail.went_out_since(fault) or now - fault.last < FRESH


def _unheard(mail: MailFigures) -> Iterator[Trouble]:
    if mail.unheard and mail.unheard_since is not None:
        mails = counted(mail.unheard, "accepted mail")
        if mail.events_refused:
            yield Trouble(
                "events about mails come that mail.sendgrid.event_key did not sign, and none that it did: of"
                f" {mails} since {stamp(mail.unheard_since)} nothing is heard, bounces and complaints included",
                'set mail.sendgrid.event_key to what SendGrid shows at "Signed Event Webhook", which must be on, and'
                " start the portal anew; it sends again what was refused, for a day as a rule",
                "settings",
            )
            return
        yield Trouble(
            f"the mail provider tells nothing: of {mails} since {stamp(mail.unheard_since)} no event came, so that"
            " bounces and complaints are not heard of",
            '`jobchime doctor` tries the portal; at SendGrid see that "Event Webhook" posts to /events/sendgrid',
            "others",
        )


def _not_arriving(arriving: Arriving) -> Iterator[Trouble]:
    """By the newest mails, so that it is over once what goes out fares well again."""
    for kind, (what, do, remedy) in _DID_NOT_ARRIVE.items():
        # Once newer mails arrive what did not is a note for the rest of the day.
        events = arriving.told if arriving.told.share(kind) >= SAID_FROM else arriving.told_day
        if events.share(kind) >= SAID_FROM:
            since = f" since {stamp(events.since)}" if events.since else ""
            said = f": {short(events.said[kind], _MOST_SAID)}" if events.said.get(kind) else ""
            number = events.kinds[kind]
            yield Trouble(
                f"of the last {counted(events.of, 'mail')}{since} {number:,} {what}{said}",
                do,
                remedy,
                grave=arriving.much(kind),
            )
    day = arriving.told_day
    if day.share("spam") > _SOME_SPAM:
        number = day.kinds["spam"]
        yield Trouble(
            f"in a day of {counted(day.of, 'mail')} {counted(number, 'was', 'were')} called spam by their readers,"
            " whose addresses are suppressed",
            "find out what they did not want: by which import or sign-up did they come?",
            Remedy("show suppressions"),
            grave=arriving.many_complain,
        )
    if arriving.many_leave:
        yield Trouble(
            f"in a day of {counted(day.of, 'mail')} {day.kinds['unsubscribed']:,} readers unsubscribed",
            "`jobchime subscriber show --brief` says of each when and how: one-click within seconds of a mail is a"
            " program that follows links, be it a reader's server or our provider's, whose readers have to be asked;"
            " else see what they were mailed",
            Remedy("show people"),
        )
    if arriving.put_off:
        yield Trouble(
            f"{counted(arriving.put_off, 'mail')} of the last day {'is' if arriving.put_off == 1 else 'are'} put off by"
            " their readers' servers for an hour and longer",
            "the mail provider tries again for days, and its pages say why; many at once: a new sender too fast"
            " (mail.warm_up), or its reputation",
            "others",
            grave=arriving.much_is_put_off,
        )


def _without_end(mail: MailFigures) -> Iterator[Trouble]:
    """Where none is told of, that is said of all; a provider that loses mails tells of others, or that it has them."""
    arriving = mail.arriving
    if arriving.much_has_no_end and not mail.unheard:
        yield Trouble(
            f"of {counted(arriving.unended + arriving.ended, 'mail')} that were accepted hours ago, within a day, of"
            f" {arriving.unended:,} it was told neither that they arrived nor that they did not",
            'look for one of them at the mail provider; at SendGrid see that "Event Webhook" has Delivered, Deferred,'
            " Bounced and Dropped",
            "others",
        )
