"""What a mailer must know before it starts."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.mail.mailers import GuardedMailer, mailer_of
from services.notifier.domain.allow import AllowRule
from services.notifier.mail_settings import MailSettings, SendGridSettings, SmtpSettings
from services.notifier.ports import Email, MailWithheldError, Receipt
from services.runtime.errors import UsageError
from tests.support.digests import email

WHOLE: dict[str, Any] = {
    "mailer": "smtp",
    "public_url": "https://jobs.harbour.example",
    "sender_name": "Harbour Jobs",
    "sender_address": "alerts@harbour.example",
    "postal_address": "1 Quay Street, Porto",
    "allow": ("*",),
    "smtp": SmtpSettings(host="mail.harbour.example"),
}
BY_SENDGRID = WHOLE | {"mailer": "sendgrid", "sendgrid": SendGridSettings.model_validate({"api_key": "SG.a-key"})}


def test_by_default_mails_stay_on_the_machine() -> None:
    made = mailer_of(MailSettings(folder=Path("somewhere")))
    assert isinstance(made, FolderMailer)


def test_a_whole_configuration_starts_the_real_mailer() -> None:
    assert mailer_of(MailSettings(**WHOLE)).name == "smtp"
    assert mailer_of(MailSettings(**BY_SENDGRID)).name == "sendgrid"


@pytest.mark.parametrize("whole", [WHOLE, BY_SENDGRID], ids=["smtp", "sendgrid"])
@pytest.mark.parametrize("missing", ["public_url", "sender_name", "sender_address", "postal_address", "allow"])
def test_a_real_mailer_does_not_start_without(whole: dict[str, Any], missing: str) -> None:
    none: Any = () if missing == "allow" else ""
    with pytest.raises(UsageError, match=rf"^the {whole['mailer']} mailer cannot start: .*mail\.{missing}"):
        mailer_of(MailSettings(**(whole | {missing: none})))


def test_sendgrid_needs_a_key() -> None:
    with pytest.raises(UsageError, match=r"mail\.sendgrid\.api_key"):
        mailer_of(MailSettings(**(BY_SENDGRID | {"sendgrid": SendGridSettings()})))


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "api.sendgrid.com"},
        {"host": "http://api.sendgrid.com"},
        {"host": "https://api.sendgrid.com/v3"},
        {"reply_to": "nobody"},
        {"categories": ("a", "a")},
        {"api_key": "SG.a\r\nX-Evil: yes"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_wrong_with_sendgrids_settings_is_said_without_the_key(wrong: dict[str, Any]) -> None:
    sendgrid = SendGridSettings.model_validate({"api_key": "SG.a-key"} | wrong)
    with pytest.raises(UsageError, match=rf"mail\.sendgrid\.{next(iter(wrong))}") as refused:
        mailer_of(MailSettings(**(BY_SENDGRID | {"sendgrid": sendgrid})))
    assert "SG.a" not in str(refused.value)


def test_http_is_taken_for_this_machine_only() -> None:
    assert SendGridSettings(host="http://127.0.0.1:4010").wrong() == []


class Taking:
    """A mailer that takes everything and writes down for whom."""

    name = "taking"

    def __init__(self) -> None:
        self.to: list[str] = []

    def send(self, email: Email) -> Receipt:
        self.to.append(email.to_address)
        return Receipt("id")


@pytest.mark.parametrize(
    ("allow", "address", "allowed"),
    [
        (("*",), "ines@mail.example", True),
        (("ines@mail.example",), "Ines@MAIL.example", True),
        (("ines@mail.example",), "ines2@mail.example", False),
        (("@mail.example",), "anyone@mail.example", True),
        (("@mail.example",), "anyone@sub.mail.example", False),
        (("@mail.example",), "anyone@evilmail.example", False),
        (("@bücher.example",), "zoë@xn--bcher-kva.example", True),
        ((), "ines@mail.example", False),
        (("@mail.example",), "no address", False),
    ],
)
def test_only_allowed_addresses_are_handed_on(allow: tuple[str, ...], address: str, allowed: bool) -> None:
    behind = Taking()
    guarded = GuardedMailer(behind, AllowRule(allow))
    if allowed:
        guarded.send(email(to_address=address))
    else:
        with pytest.raises(MailWithheldError, match=r"mail\.allow"):
            guarded.send(email(to_address=address))
    assert behind.to == [address] * allowed


def test_what_nobody_could_unsubscribe_from_is_withheld() -> None:
    behind = Taking()
    with pytest.raises(MailWithheldError, match=r"mail\.public_url"):
        GuardedMailer(behind, AllowRule(["*"])).send(email(unsubscribe_url=""))
    assert behind.to == []


@pytest.mark.parametrize("entry", ["", "mail.example", "@", "a@b@c.example", "**", "*@mail.example"])
def test_an_entry_that_allows_nothing_sensible_is_said(entry: str) -> None:
    with pytest.raises(UsageError, match=r"mail\.allow"):
        mailer_of(MailSettings(**(WHOLE | {"allow": (entry,)})))


@pytest.mark.parametrize("whole", [WHOLE, BY_SENDGRID], ids=["smtp", "sendgrid"])
def test_the_real_mailer_stands_behind_the_rule(whole: dict[str, Any]) -> None:
    made = mailer_of(MailSettings(**(whole | {"allow": ("@harbour.example",)})))
    with pytest.raises(MailWithheldError):
        made.send(email(to_address="ines@mail.example"))


def test_smtp_needs_a_host() -> None:
    with pytest.raises(UsageError, match=r"mail\.smtp\.host"):
        mailer_of(MailSettings(**(WHOLE | {"smtp": SmtpSettings()})))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("public_url", "http://jobs.harbour.example", "must look like https"),
        ("public_url", "https://" + "long." * 8 + "example", "too long"),
        ("sender_address", "nobody", "@-sign"),
    ],
)
@pytest.mark.parametrize("mailer", ["smtp", "folder"])
def test_what_is_wrong_is_said_for_every_mailer(mailer: str, name: str, value: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        mailer_of(MailSettings(**(WHOLE | {"mailer": mailer, name: value})))


def test_a_password_is_not_shown() -> None:
    hidden = {"smtp": {"password": "sesame"}, "sendgrid": {"api_key": "sesame"}}
    assert "sesame" not in repr(MailSettings.model_validate(hidden))


@pytest.mark.parametrize("wrong", [{"port": 0}, {"security": "maybe"}, {"timeout_s": 0}, {"hots": "x"}])
def test_settings_that_are_none_are_rejected(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate(wrong)
