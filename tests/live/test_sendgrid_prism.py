"""The SendGrid mailer against a server that Prism makes from the provider's own OpenAPI description."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sendgrid import SendGridAPIClient

from services.notifier.adapters.mail.sendgrid import SendGridMailer
from services.notifier.mail_settings import SendGridSettings
from services.notifier.ports import MailerAtFaultError, MailRefusedError, MailUnknownError
from tests.support.digests import email
from tests.support.fake_sendgrid import KEY
from tests.support.loopback import free_port
from tests.support.shared import sendgrid_description

pytestmark = pytest.mark.live

_SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "engines" / "prism.sh"
_START_S = 60


class Preferring(SendGridMailer):
    """Asks Prism for one of the answers that the description names."""

    def __init__(self, settings: SendGridSettings, status: int) -> None:
        super().__init__(settings)
        self._status = status

    def _api(self) -> SendGridAPIClient:
        api = super()._api()
        api.client.request_headers["Prefer"] = f"code={self._status}"
        return api


def settings(host: str, **fields: Any) -> SendGridSettings:
    return SendGridSettings.model_validate({"api_key": KEY, "host": host, "timeout_s": 20} | fields)


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    _installed()
    log = tmp_path_factory.mktemp("prism") / "log"
    with _running(log) as host:
        yield host


def test_a_message_satisfies_the_description(prism: str) -> None:
    assert SendGridMailer(settings(prism)).send(email()).provider_id == "202"


def test_so_does_one_with_everything(prism: str) -> None:
    mailer = SendGridMailer(settings(prism, reply_to="help@harbour.example", categories=("a", "b"), sandbox=True))
    rich = email(subject="Häfen „und“ mehr", sender_name="Häfen & Co", to_address="ana@bücher.example")
    assert mailer.send(rich).provider_id == "202"


def test_a_message_that_does_not_is_refused(prism: str) -> None:
    with pytest.raises(MailRefusedError, match="400"):
        SendGridMailer(settings(prism)).send(email(subject=""))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, MailRefusedError),
        (401, MailerAtFaultError),
        (403, MailerAtFaultError),
        (404, MailerAtFaultError),
        (405, MailerAtFaultError),
        (413, MailRefusedError),
        (500, MailUnknownError),
    ],
)
def test_each_answer_of_the_description_ends_in_its_state(prism: str, status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"SendGrid answered {status}: "):
        Preferring(settings(prism), status).send(email())


def _installed() -> None:
    strict = os.environ.get("CI") == "true"
    if shutil.which("npm") is None and not strict:
        pytest.skip("Prism needs Node 18 and npm")
    # Of several workers one installs it; the others wait, and find it there.
    with (Path(sys.prefix) / "prism.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run([_SCRIPT, "install"], capture_output=True, text=True, timeout=240)
    if done.returncode and not strict:
        pytest.skip(f"Prism cannot be installed: {done.stderr[-500:]}")
    assert done.returncode == 0, done.stderr[-2_000:]


@contextmanager
def _running(log: Path) -> Iterator[str]:
    port = free_port()
    with log.open("w") as out:
        process = subprocess.Popen([_SCRIPT, "run", sendgrid_description(), str(port)], stdout=out, stderr=out)
    try:
        until = time.monotonic() + _START_S
        while not _listens(port):
            assert process.poll() is None, log.read_text()[-2_000:]
            assert time.monotonic() < until, f"Prism did not start within {_START_S} s"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
