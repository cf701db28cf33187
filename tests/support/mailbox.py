"""A real SMTP server on loopback that keeps what it accepts and misbehaves when told to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.loopback import free_port

PASSWORD = "open sesame"


class Inbox:
    """What the server accepted, and how it is to answer: an SMTP reply by command, or `cut`."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.answers: dict[str, str] = {}

    async def handle_MAIL(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 sender ok")

    async def handle_RCPT(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 recipient ok")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (named by aiosmtpd)
        answer = self.answers.get("DATA", "250 2.0.0 kept as 7F3A")
        if answer == "cut":
            _cut(server)
            return "250 never seen"
        if answer == "silence":
            await asyncio.sleep(3)
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.messages.append(envelope.content)
            self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        return answer


def _cut(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class _Server(SMTP):
    """Cuts the connection where a well-behaved server would not."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 (named by aiosmtpd)
        cut = self.event_handler.answers.get("cut")
        if cut == "before the message":
            _cut(self)
            return
        if cut == "in the message":
            await self.push("354 go ahead")
            await asyncio.sleep(0.1)
            _cut(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


def _check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    return AuthResult(success=login.password == PASSWORD.encode(), handled=False)


@contextmanager
def smtp_server(**options: Any) -> Iterator[tuple[Inbox, int]]:
    """Serve on a free loopback port; gives the inbox and the port."""
    inbox = Inbox()
    if options.get("auth_required"):
        options |= {"authenticator": _check}
    controller = _Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        assert isinstance(controller.server, asyncio.Server)
        for listening in controller.server.sockets:
            # Small buffers: a client notices a cut while it still sends.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        yield inbox, controller.port
    finally:
        controller.stop()
