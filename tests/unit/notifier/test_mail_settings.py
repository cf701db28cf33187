"""What a mailer must know before it starts."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.notifier.adapters.folder import FolderMailer
from services.notifier.adapters.mailers import mailer_of
from services.notifier.adapters.smtp import SmtpMailer
from services.notifier.mail_settings import MailSettings, SmtpSettings
from services.runtime.errors import UsageError

WHOLE: dict[str, Any] = {
    "mailer": "smtp",
    "public_url": "https://jobs.harbour.example",
    "sender_name": "Harbour Jobs",
    "sender_address": "alerts@harbour.example",
    "postal_address": "1 Quay Street, Porto",
    "smtp": SmtpSettings(host="mail.harbour.example"),
}


def test_by_default_mails_stay_on_the_machine() -> None:
    made = mailer_of(MailSettings(folder=Path("somewhere")))
    assert isinstance(made, FolderMailer)


def test_a_whole_configuration_starts_the_real_mailer() -> None:
    assert isinstance(mailer_of(MailSettings(**WHOLE)), SmtpMailer)


@pytest.mark.parametrize("missing", ["public_url", "sender_name", "sender_address", "postal_address"])
def test_a_real_mailer_does_not_start_without(missing: str) -> None:
    with pytest.raises(UsageError, match=rf"^the smtp mailer cannot start: .*mail\.{missing}"):
        mailer_of(MailSettings(**(WHOLE | {missing: ""})))


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
    assert "sesame" not in repr(MailSettings(smtp=SmtpSettings.model_validate({"password": "sesame"})))


@pytest.mark.parametrize("wrong", [{"port": 0}, {"security": "maybe"}, {"timeout_s": 0}, {"hots": "x"}])
def test_settings_that_are_none_are_rejected(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate(wrong)
