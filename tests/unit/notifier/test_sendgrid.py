"""SendGrid's answers and silences, over real sockets: what each means for the delivery."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.adapters.mail.sendgrid import SendGridMailer
from services.notifier.adapters.mail.sendgrid_transport import Tls
from services.notifier.mail_settings import SendGridSettings
from services.notifier.ports import (
    MailDeferredError,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
)
from services.runtime.clock import FixedClock
from tests.support.digests import NOON, email
from tests.support.fake_sendgrid import KEY, FakeSendGrid, Step, fake_sendgrid
from tests.support.loopback import free_port
from tests.support.shared import sendgrid_description

CERTIFICATE = Path(__file__).parents[2] / "support" / "tls" / "board.example.pem"
"""Its name is another than the test server's."""
LONG = "A line of a very long text.\n" * 400_000
"""More than the buffers of both ends take while nobody reads."""


def mailer(host: str, tls: ssl.SSLContext | None = None, **fields: Any) -> SendGridMailer:
    given = {"api_key": KEY, "host": host, "timeout_s": 5}
    return SendGridMailer(SendGridSettings.model_validate(given | fields), clock=FixedClock(NOON), tls=tls)


@pytest.fixture
def sendgrid(tmp_path: Path) -> Iterator[FakeSendGrid]:
    with fake_sendgrid(tmp_path) as running:
        yield running


@contextmanager
def refusing_early() -> Iterator[int]:
    """Answers 413 after the head of a request, and then reads no more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                done.wait(10)

        done = threading.Event()
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            done.set()
            thread.join()


class TestRequest:
    def test_what_is_sent_is_what_the_providers_description_says(self, tmp_path: Path) -> None:
        with fake_sendgrid(tmp_path, description=sendgrid_description()) as running:
            mailer(running.host, reply_to="help@harbour.example", sandbox=True).send(email())
            mailer(running.host).send(email(delivery_id="d-2", subject="ä" * 400, sender_name="", text="\ud800 half"))
            assert [(seen.accepted, seen.faults) for seen in running.seen] == [(True, []), (True, [])]

    def test_the_description_is_asked(self, tmp_path: Path) -> None:
        with fake_sendgrid(tmp_path, description=sendgrid_description()) as running:
            with pytest.raises(MailRefusedError, match="400"):
                mailer(running.host).send(email(subject=""))
            assert not running.seen[0].accepted

    def test_a_message_has_one_recipient_and_carries_its_delivery(self, sendgrid: FakeSendGrid) -> None:
        mailer(sendgrid.host).send(email())
        [seen] = sendgrid.seen
        assert seen.request["personalizations"] == [
            {"to": [{"email": "ines@mail.example"}], "custom_args": {"delivery_id": "d-0001"}}
        ]
        assert seen.request["from"] == {"email": "alerts@harbour.example", "name": "Harbour Jobs"}
        assert [part["type"] for part in seen.request["content"]] == ["text/plain", "text/html"]
        assert seen.request["categories"] == ["job-alerts"]
        assert "reply_to" not in seen.request
        assert "mail_settings" not in seen.request

    def test_one_click_unsubscribing_is_offered(self, sendgrid: FakeSendGrid) -> None:
        mailer(sendgrid.host).send(email(headers=(("X-Ref", "grüße"),)))
        headers = sendgrid.seen[0].request["headers"]
        assert headers["List-Unsubscribe"] == "<https://jobs.harbour.example/u/k3v9xq2m.abcdefghijklmnop>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["Auto-Submitted"] == "auto-generated"
        assert headers["X-Ref"].startswith("=?utf-8?")
        assert f"Message-ID: {headers['Message-ID']}\r\n".encode() in mime_bytes(email())

    def test_nothing_is_counted_or_added_on_the_way(self, sendgrid: FakeSendGrid) -> None:
        mailer(sendgrid.host).send(email())
        tracking = sendgrid.seen[0].request["tracking_settings"]
        assert {name: setting["enable"] for name, setting in tracking.items()} == dict.fromkeys(
            ("click_tracking", "open_tracking", "subscription_tracking", "ganalytics"), False
        )

    def test_headers_of_one_request_do_not_reach_the_next(self, sendgrid: FakeSendGrid) -> None:
        sender = mailer(sendgrid.host)
        sender.send(email(headers=(("X-Once", "yes"),)))
        sender.send(email(delivery_id="d-2"))
        assert "X-Once" not in sendgrid.seen[1].request["headers"]
        assert sendgrid.seen[0].headers == sendgrid.seen[1].headers | {
            "content-length": sendgrid.seen[0].headers["content-length"]
        }

    def test_proxies_of_the_environment_are_not_asked(
        self, sendgrid: FakeSendGrid, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        mailer(sendgrid.host).send(email())
        assert len(sendgrid.seen) == 1

    def test_neither_key_nor_message_reaches_a_log(
        self, sendgrid: FakeSendGrid, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            mailer(sendgrid.host).send(email())
        printed = "".join([caplog.text, *capfd.readouterr()])
        assert KEY not in printed
        assert "ines@mail.example" not in printed

    def test_an_address_that_sendgrid_cannot_mail_is_refused(self, sendgrid: FakeSendGrid) -> None:
        with pytest.raises(MailRefusedError, match="beyond ASCII"):
            mailer(sendgrid.host).send(email(to_address="zoë@mail.example"))
        with pytest.raises(MailerAtFaultError, match="sender"):
            mailer(sendgrid.host).send(email(sender_address="zoë@mail.example"))
        assert sendgrid.seen == []

    def test_a_text_that_looks_like_a_key_is_refused_before_it_is_sent(self, sendgrid: FakeSendGrid) -> None:
        with pytest.raises(MailRefusedError, match="API key"):
            mailer(sendgrid.host).send(email(text="SG.abc.def is where it starts"))
        assert sendgrid.seen == []


class TestAnswers:
    def test_the_receipt_is_the_providers_id(self, sendgrid: FakeSendGrid) -> None:
        assert mailer(sendgrid.host).send(email()).provider_id == "id-d-0001"

    def test_in_sandbox_mode_200_is_the_yes(self, tmp_path: Path) -> None:
        with fake_sendgrid(tmp_path, Step(status=200), Step(status=200)) as running:
            assert mailer(running.host, sandbox=True).send(email()).provider_id == "sandbox"
            assert running.seen[0].request["mail_settings"] == {"sandbox_mode": {"enable": True}}
            with pytest.raises(MailUnknownError, match="200"):
                mailer(running.host).send(email())

    @pytest.mark.parametrize(
        ("headers", "wait"),
        [
            ({"X-RateLimit-Reset": str(int((NOON + timedelta(seconds=42)).timestamp()))}, 42),
            ({"X-RateLimit-Reset": str(int((NOON - timedelta(seconds=42)).timestamp()))}, 1),
            ({"X-RateLimit-Reset": "13928152636700"}, 3_600),
            ({"Retry-After": "7"}, 7),
            ({"Retry-After": "Mon, 14 Sep 2026 12:01:30 GMT"}, 90),
            ({"Retry-After": "7", "X-RateLimit-Reset": str(int(NOON.timestamp()) + 9)}, 9),
            ({"X-RateLimit-Reset": "soon", "Retry-After": "nan"}, None),
            ({}, None),
        ],
    )
    def test_too_many_requests_defer_until_the_reset(
        self, tmp_path: Path, headers: dict[str, str], wait: float | None
    ) -> None:
        busy = Step(status=429, headers=headers, errors=[{"field": None, "message": "too many requests"}])
        with (
            fake_sendgrid(tmp_path, busy) as running,
            pytest.raises(MailDeferredError, match="429: too many requests") as refused,
        ):
            mailer(running.host).send(email())
        assert refused.value.retry_after_s == wait

    @pytest.mark.parametrize("status", [400, 413, 422])
    def test_what_is_said_of_the_message_refuses_it(self, tmp_path: Path, status: int) -> None:
        said = [{"field": "personalizations.0.to.0.email", "message": "ines@mail.example is not a valid address"}]
        with (
            fake_sendgrid(tmp_path, Step(status=status, errors=said)) as running,
            pytest.raises(MailRefusedError, match=rf"{status}: personalizations\.0\.to\.0\.email: ") as refused,
        ):
            mailer(running.host).send(email())
        assert "ines@" not in str(refused.value)
        assert "\n" not in str(refused.value)

    @pytest.mark.parametrize(
        ("status", "field", "said"),
        [
            (401, None, r"mail\.sendgrid\.api_key"),
            (403, "from", r"mail\.sender_address"),
            (400, "from.email", r"\[mail\] in the settings"),
            (400, "reply_to.email", r"\[mail\]"),
            (404, None, r"\[mail\]"),
            (405, None, r"\[mail\]"),
            (302, None, r"mail\.sendgrid\.host"),
        ],
    )
    def test_a_fault_of_the_settings_fails_no_delivery(
        self, tmp_path: Path, status: int, field: str | None, said: str
    ) -> None:
        step = Step(status=status, errors=[{"field": field, "message": "no"}], headers={"Location": "http://x.example"})
        with fake_sendgrid(tmp_path, step) as running, pytest.raises(MailerAtFaultError, match=rf"{status}.*{said}"):
            mailer(running.host).send(email())

    def test_a_request_that_came_too_slowly_is_deferred(self, tmp_path: Path) -> None:
        with fake_sendgrid(tmp_path, Step(status=408)) as running, pytest.raises(MailDeferredError, match="408"):
            mailer(running.host).send(email())

    @pytest.mark.parametrize("accepted", [True, False])
    @pytest.mark.parametrize("status", [500, 502, 503, 504, 303, 204])
    def test_an_answer_that_does_not_tell_leaves_it_unknown(self, tmp_path: Path, status: int, accepted: bool) -> None:
        step = Step(status=status, accepted=accepted)
        with fake_sendgrid(tmp_path, step) as running, pytest.raises(MailUnknownError, match=str(status)):
            mailer(running.host).send(email())

    @pytest.mark.parametrize("body", ["", "{", "[]", '{"errors": 5}', '{"errors": [5, {"message": 5}]}', "[" * 50_000])
    def test_an_error_without_words_is_still_an_error(self, tmp_path: Path, body: str) -> None:
        raw = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        with fake_sendgrid(tmp_path, Step(do="raw", raw=raw)) as running, pytest.raises(MailRefusedError, match="400"):
            mailer(running.host).send(email())


class TestBrokenConnections:
    def test_nobody_listening_defers(self) -> None:
        with pytest.raises(MailDeferredError, match=r"^cannot hand mail to http://127\.0\.0\.1:\d+: "):
            mailer(f"http://127.0.0.1:{free_port()}").send(email())

    def test_a_name_that_is_none_defers(self) -> None:
        for host in ("https://sendgrid.invalid", f"https://{'x' * 70}.invalid"):
            with pytest.raises(MailDeferredError, match="cannot hand mail"):
                mailer(host).send(email())

    def test_a_server_without_encryption_gets_nothing(self, sendgrid: FakeSendGrid) -> None:
        with pytest.raises(MailDeferredError, match="cannot hand mail"):
            mailer(sendgrid.host.replace("http:", "https:")).send(email())
        assert sendgrid.seen == []

    def test_a_server_that_never_finishes_connecting_defers(self, tmp_path: Path) -> None:
        with fake_sendgrid(tmp_path) as running, pytest.raises(MailDeferredError):
            mailer(running.host.replace("http:", "https:"), connect_timeout_s=0.3).send(email())

    @pytest.mark.parametrize(
        "step",
        [
            Step(do="close"),
            Step(do="cut"),
            Step(do="cut", accepted=False),
            Step(do="raw", raw=""),
            Step(do="raw", raw="HTTP/1.1 20"),
            Step(do="raw", raw="HTTP/1.1 202 Accepted\r\n"),
            Step(do="raw", raw="HTTP/1.1 202 Accepted\r\nX-Message-Id: id"),
            Step(do="raw", raw="HTTP/1.1 400 Bad Request\r\nContent-Le"),
            Step(do="raw", raw="220 mail.example ESMTP\r\n"),
            Step(do="raw", raw="\x00\xff\x16\x03\r\n\r\n"),
            Step(do="raw", raw="HTTP/1.1 202 Accepted\r\n" + "X: y\r\n" * 1_000),
        ],
        ids=lambda step: f"{step.do} {step.raw[:30]!r}",
    )
    def test_whatever_breaks_once_all_was_sent_leaves_it_unknown(self, tmp_path: Path, step: Step) -> None:
        with fake_sendgrid(tmp_path, step) as running:
            with pytest.raises(MailUnknownError, match=r"^http://[^\n]+ had the whole message, and then: [^\n]+$"):
                mailer(running.host).send(email())
            assert len(running.seen) == (step.do != "close")

    @pytest.mark.parametrize("do", ["close", "close in it"])
    def test_a_cut_before_all_was_sent_defers(self, tmp_path: Path, do: Any) -> None:
        with fake_sendgrid(tmp_path, Step(do=do)) as running:
            with pytest.raises(MailDeferredError, match="cannot hand mail"):
                mailer(running.host).send(email(text=LONG))
            assert running.seen == []

    @pytest.mark.parametrize("do", ["hang", "trickle"])
    def test_silence_and_endless_answers_are_given_up_in_time(self, tmp_path: Path, do: Any) -> None:
        late = r"no answer within 0\.5 s|did not answer in time"
        with fake_sendgrid(tmp_path, Step(do=do)) as running, pytest.raises(MailUnknownError, match=late):
            mailer(running.host, timeout_s=0.5).send(email())

    @pytest.mark.parametrize(
        "rest",
        [
            "Content-Length: 100\r\n\r\n{",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
            "Content-Length: nonsense\r\n\r\n",
        ],
    )
    def test_a_yes_with_a_broken_body_is_a_yes(self, tmp_path: Path, rest: str) -> None:
        raw = f"HTTP/1.1 202 Accepted\r\nX-Message-Id: id-7\r\n{rest}"
        with fake_sendgrid(tmp_path, Step(do="raw", raw=raw)) as running:
            assert mailer(running.host).send(email()).provider_id == "id-7"

    def test_a_server_that_stops_reading_defers(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(MailDeferredError, match="cannot hand"):
            mailer(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.5).send(email(text=LONG))

    def test_an_answer_that_comes_before_all_was_read_counts(self, tmp_path: Path) -> None:
        """A server may refuse what is too large without reading it."""
        with refusing_early() as port, pytest.raises(MailRefusedError, match="413"):
            mailer(f"http://127.0.0.1:{port}", timeout_s=1.5).send(email(text=LONG))

    def test_a_head_without_end_is_given_up(self, tmp_path: Path) -> None:
        raw = "HTTP/1.1 202 Accepted\r\nX: " + "y" * 70_000  # 65,536 are read
        with fake_sendgrid(tmp_path, Step(do="raw", raw=raw)) as running, pytest.raises(MailUnknownError):
            mailer(running.host).send(email())


class TestEncryption:
    @pytest.fixture
    def offered(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
        return context

    @pytest.fixture
    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(CERTIFICATE))
        context.check_hostname = False
        return context

    def test_a_message_goes_to_a_server_that_is_trusted(
        self, tmp_path: Path, offered: ssl.SSLContext, trusting: ssl.SSLContext
    ) -> None:
        with fake_sendgrid(tmp_path, tls=offered) as running:
            assert mailer(running.host, trusting).send(email()).provider_id == "id-d-0001"

    def test_each_connection_begins_from_what_the_one_before_agreed_on(
        self, tmp_path: Path, offered: ssl.SSLContext, trusting: ssl.SSLContext
    ) -> None:
        with fake_sendgrid(tmp_path, tls=offered) as running:
            sending = mailer(running.host, trusting)
            for _ in range(3):
                sending.send(email())
            assert offered.session_stats()["hits"] == 2
            mailer(running.host, trusting).send(email())
            assert offered.session_stats()["hits"] == 2
            assert len(running.seen) == 4

    def test_what_was_forgotten_is_not_learnt_again_from_a_connection_that_looked_at_no_certificate(
        self, tmp_path: Path, offered: ssl.SSLContext, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with fake_sendgrid(tmp_path, tls=offered) as running:
            sending, learn = mailer(running.host, trusting), Tls.learn
            sending.send(email())

            def refused_meanwhile(tls: Tls, socket: ssl.SSLSocket) -> None:
                tls.forget()
                learn(tls, socket)

            monkeypatch.setattr(Tls, "learn", refused_meanwhile)
            sending.send(email(delivery_id="d-2"))
            sending.send(email(delivery_id="d-3"))
            assert offered.session_stats()["hits"] == 1, "the third looks at the certificate"

    def test_a_server_that_cannot_be_trusted_gets_nothing(self, tmp_path: Path, offered: ssl.SSLContext) -> None:
        by_another_name = ssl.create_default_context(cafile=str(CERTIFICATE))
        with fake_sendgrid(tmp_path, tls=offered) as running:
            for context in (None, by_another_name):
                with pytest.raises(MailDeferredError, match=r"its certificate cannot be trusted.*clock"):
                    mailer(running.host, context).send(email())
            assert running.seen == []

    @pytest.mark.parametrize("do", ["cut", "hang", "trickle"])
    def test_what_breaks_once_all_was_sent_leaves_it_unknown(
        self, tmp_path: Path, offered: ssl.SSLContext, trusting: ssl.SSLContext, do: Any
    ) -> None:
        with fake_sendgrid(tmp_path, Step(do=do), tls=offered) as running, pytest.raises(MailUnknownError):
            mailer(running.host, trusting, timeout_s=0.5).send(email())

    def test_a_cut_before_all_was_sent_defers(
        self, tmp_path: Path, offered: ssl.SSLContext, trusting: ssl.SSLContext
    ) -> None:
        with fake_sendgrid(tmp_path, Step(do="close in it"), tls=offered) as running:
            with pytest.raises(MailDeferredError):
                mailer(running.host, trusting).send(email(text=LONG))
            assert running.seen == []


def test_a_provider_that_quotes_our_key_puts_it_nowhere(tmp_path: Path) -> None:
    quoting = [{"message": f"no rights: Authorization: Bearer {KEY}, {KEY}"}]
    with fake_sendgrid(tmp_path, *(Step(status=status, errors=quoting) for status in (400, 403, 429, 503))) as running:
        for _ in range(4):
            with pytest.raises((MailRefusedError, MailDeferredError, MailUnknownError)) as raised:
                mailer(running.host).send(email())
            assert KEY not in str(raised.value)
            assert "(secret hidden)" in str(raised.value)
