"""`status` says that no mail goes out, in the mail server's words, with the one thing to do."""

from datetime import datetime, timedelta

import pytest

from services.overview.stream.model import Overview
from services.overview.stream.troubles.every import healthy, store_troubles, troubles
from services.overview.stream.troubles.mail import mail_troubles
from services.runtime.figures.arriving import Arriving, EventCounts
from services.runtime.figures.canary import CanaryFigures
from services.runtime.figures.mail import FAULTS, MailFault, MailFigures
from services.runtime.figures.stream import StoreFigures
from tests.support.logs import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def fault(kind: str, *, waiting: bool = True, mails: int = 3, since: timedelta = MINUTE, said: str = "no") -> MailFault:
    return MailFault(kind, waiting, mails, NOON - since, NOON, said)


def test_a_mail_server_without_encryption_is_not_well_at_once() -> None:
    said = "it offers no STARTTLS"
    figures = StoreFigures(NOON, mail=MailFigures((fault("settings", said=said),)))
    overview = Overview(NOON, "embedded", figures=figures)
    assert not healthy(overview)
    [trouble] = [trouble for trouble in troubles(overview) if said in trouble.what]
    assert trouble.what == "3 mails waiting, as none can go out: it offers no STARTTLS (since 2026-03-01 11:59Z)"
    assert "`jobchime doctor`" in trouble.do


@pytest.mark.parametrize("kind", ["settings", "away"])
def test_what_kept_all_mails_from_going_out_is_over_once_one_goes_out(kind: str) -> None:
    waiting = fault(kind, mails=2, since=HOUR, said="it offers no STARTTLS")
    for accepted, over in ((None, False), (NOON - MINUTE, False), (NOON + MINUTE, True)):
        figures = MailFigures((waiting,), accepted)
        [trouble] = mail_troubles(figures, NOON + 2 * MINUTE)
        assert trouble.grave is not over
        assert figures.waiting(kind) == (0 if over else 2), "nobody is woken for it"
        assert ("others go out again" in trouble.what) is over


@pytest.mark.parametrize(
    ("kind", "passing", "lasting"),
    [("away", MINUTE, 2 * MINUTE), ("busy", 14 * MINUTE, 15 * MINUTE)],
)
def test_what_may_pass_by_itself_is_a_note_at_first(kind: str, passing: timedelta, lasting: timedelta) -> None:
    for since, grave in ((passing, False), (lasting, True)):
        [trouble] = mail_troubles(MailFigures((fault(kind, since=since),)), NOON)
        assert trouble.grave is grave


def test_how_many_wait_behind_those_that_were_tried_is_told_while_none_goes_out() -> None:
    put_off = fault("busy", mails=52, since=HOUR)
    for accepted, behind in ((None, "; 398 more wait to be tried"), (NOON - MINUTE, "")):
        [trouble] = mail_troubles(MailFigures((put_off,), accepted, untaken=398), NOON)
        assert trouble.what == f"52 mails put off by the mail server: no (since 2026-03-01 11:00Z{behind})"


def test_a_mailer_that_takes_none_is_told_once_and_not_as_the_canary_too() -> None:
    canary = CanaryFigures(NOON - HOUR, NOON - HOUR, digest_at=NOON - HOUR, has_digest=False)
    for accepted, told in ((None, 1), (NOON - MINUTE, 2)):
        mail = MailFigures((fault("busy", since=HOUR),), accepted)
        found = store_troubles(StoreFigures(NOON, mail=mail, canary=canary), NOON)
        assert len([trouble for trouble in found if "canary" in trouble.what or "put off" in trouble.what]) == told


def test_a_canary_that_is_missed_while_people_are_mailed_is_a_note() -> None:
    canary = CanaryFigures(NOON - HOUR, NOON - HOUR, digest_at=NOON - HOUR, has_digest=False)
    for built, accepted, grave in (
        (NOON - MINUTE, NOON - MINUTE, False),
        (NOON - MINUTE, NOON - 11 * MINUTE, True),
        (NOON - 11 * MINUTE, NOON, True),
        (None, NOON, True),
    ):
        figures = StoreFigures(NOON, mail=MailFigures(last_accepted=accepted), last_digest=built, canary=canary)
        [trouble] = [trouble for trouble in store_troubles(figures, NOON) if "canary" in trouble.what]
        assert trouble.grave is grave


def test_what_waits_behind_mails_in_doubt_and_the_canary_are_told_with_them_and_not_as_a_notifier_that_stands() -> None:
    canary = CanaryFigures(NOON - HOUR, NOON - HOUR, digest_at=NOON - HOUR, has_digest=False)
    doubts = {"deliveries": {"unknown": 62}, "unknown_said": "SendGrid answered 500", "canary": canary}
    for last, accepted, alone in (
        (NOON - MINUTE, NOON - HOUR, True),
        (NOON - MINUTE, None, True),
        (NOON - 2 * MINUTE, NOON - MINUTE, False),
        (NOON - HOUR, None, False),
    ):
        mail = MailFigures(last_accepted=accepted, untaken=238, untaken_since=NOON - HOUR)
        found = list(store_troubles(StoreFigures(NOON, mail=mail, unknown_last=last, **doubts), NOON))
        told = "; none went out since, and 238 more wait to be tried"
        assert found[0].what.endswith(told if alone else "as SendGrid answered 500")
        others = [trouble for trouble in found if "not handed over" in trouble.what or "canary" in trouble.what]
        assert len(others) == (0 if alone else 2)


def test_a_server_that_takes_others_may_put_some_off_for_longer() -> None:
    for since, grave in ((29 * MINUTE, False), (30 * MINUTE, True)):
        [trouble] = mail_troubles(MailFigures((fault("busy", since=since),), last_accepted=NOON), NOON)
        assert trouble.grave is grave


def test_refusals_because_of_the_sender_are_grave_until_mails_go_out_again() -> None:
    refused = fault("policy", waiting=False, said="550 5.7.1 blocked")
    for accepted, at, grave in (
        (None, NOON + 5 * HOUR, True),
        (NOON - HOUR, NOON + 5 * HOUR, True),
        (NOON + MINUTE, NOON + MINUTE, True),
        (NOON + MINUTE, NOON + 2 * HOUR, False),
    ):
        [trouble] = mail_troubles(MailFigures((refused,), accepted), at)
        assert trouble.grave is grave
        assert "550 5.7.1 blocked" in trouble.what


def test_a_mailbox_that_is_gone_is_a_note() -> None:
    [trouble] = mail_troubles(MailFigures((fault("mailbox", waiting=False, mails=1),)), NOON)
    assert not trouble.grave
    assert "suppression lift" in trouble.do


@pytest.mark.parametrize(
    ("mails", "accepted", "grave"),
    [(2, None, True), (2, NOON - 2 * HOUR, True), (2, NOON - MINUTE, False), (2, NOON, False), (1, None, False)],
)
@pytest.mark.parametrize("kind", ["mailbox", "withheld"])
def test_that_no_mailbox_at_all_is_known_or_allowed_is_a_failure(
    kind: str, mails: int, accepted: datetime | None, grave: bool
) -> None:
    refused = fault(kind, waiting=False, mails=mails, since=HOUR)
    [trouble] = mail_troubles(MailFigures((refused,), accepted), NOON)
    assert trouble.grave is grave


def test_every_kind_of_fault_has_its_sentence_and_what_to_do() -> None:
    for kind in FAULTS:
        waiting = kind in ("settings", "away", "busy")
        [trouble] = mail_troubles(MailFigures((fault(kind, waiting=waiting),)), NOON)
        assert trouble.do


@pytest.mark.parametrize("kind", ["soft_bounced", "bounced", "dropped", "dropped_address"])
@pytest.mark.parametrize(("number", "of", "grave"), [(1, 100, None), (4, 100, False), (11, 100, True), (2, 3, False)])
def test_mails_that_do_not_arrive_are_told_of_by_their_share(
    kind: str, number: int, of: int, grave: bool | None
) -> None:
    counts = EventCounts(of, {kind: number, "delivered": of - number}, NOON, {kind: "550 blocked by reputation"})
    found = list(mail_troubles(MailFigures(arriving=Arriving(counts)), NOON))
    assert [trouble.grave for trouble in found] == ([] if grave is None else [grave])
    for trouble in found:
        assert trouble.what.startswith(f"of the last {of} mails since 2026-03-01 12:00Z {number} ")
        assert trouble.what.endswith(": 550 blocked by reputation")


@pytest.mark.parametrize(("number", "of", "grave"), [(1, 2_000, None), (1, 900, False), (2, 100, True)])
def test_complaints_are_told_of_before_they_stop_the_sending(number: int, of: int, grave: bool | None) -> None:
    found = list(mail_troubles(MailFigures(arriving=Arriving(told_day=EventCounts(of, {"spam": number}, NOON))), NOON))
    assert [trouble.grave for trouble in found] == ([] if grave is None else [grave])


@pytest.mark.parametrize(("put_off", "grave"), [(1, False), (9, False), (12, True)])
def test_mails_that_are_put_off_for_long_are_told_of(put_off: int, grave: bool) -> None:
    [trouble] = mail_troubles(MailFigures(arriving=Arriving(put_off=put_off, told_day=EventCounts(100))), NOON)
    assert trouble.grave is grave


@pytest.mark.parametrize(
    ("unended", "ended", "grave"), [(1, 0, False), (2, 0, True), (2, 1, False), (10, 90, False), (11, 89, True)]
)
def test_mails_that_a_provider_took_and_tells_no_end_of_are_told_of(unended: int, ended: int, grave: bool) -> None:
    found = list(mail_troubles(MailFigures(arriving=Arriving(unended=unended, ended=ended)), NOON))
    assert [trouble.grave for trouble in found] == [True] * grave
