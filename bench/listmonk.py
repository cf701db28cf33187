"""What a public sender takes for the same mails: `python -m bench.listmonk FOLDER [--json] [--people 2000]`.

FOLDER is a checkout of listmonk in which `go build -o listmonk ./cmd` was run. It gets the people of `bench.digest`,
each with the ten jobs of their digest among their attributes, and two campaigns: one whose template goes through these
jobs and says what our cards say, in fewer bytes, and one that says the same to all in as many. It reads from PostgreSQL
and hands over by SMTP; we render the same digests, with no card held and then with all, and hand them over by SMTP to
the same server, each by a connection of its own. Nothing is chosen and nothing kept of it by either, and listmonk has
one language. Processor time is of the sender; that of its database is told apart, and that of the server not at all.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from bench.digest import BASE, SECRET, Pair, make_morning
from bench.stopwatch import database_s, processor_s
from services.notifier.adapters.mail.smtp import SmtpMailer
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.composing import Composer
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import Digest
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import Links
from tests.support.digests import SENDER
from tests.support.loopback import free_port
from tests.support.postgresql import empty_database

_PATIENCE_S: Final = 900
_LOOK_S: Final = 0.2
_ANSWERS: Final = ("Save", "Not relevant", "Hide")
_SUBJECT: Final = "{{ len .Subscriber.Attribs.jobs }} new jobs for {{ .Subscriber.Name }}"
_CARD: Final = """
<table role="presentation" width="100%" style="border:1px solid #d9dfe2;border-radius:8px;margin:0 0 16px"><tr>
<td style="padding:16px;font-family:system-ui,sans-serif;font-size:15px;line-height:22px;color:#1c2326">
<a href="{{ .url }}" style="font-size:17px;font-weight:600;color:#0b6b61;text-decoration:none">{{ .title }}</a>
<div style="color:#48545a">{{ .company }}</div>
<div style="padding:6px 0">{{ range .facts }}<span style="display:inline-block;background:#eef2f3;border-radius:6px;
padding:2px 8px;margin:0 6px 6px 0;font-size:13px">{{ . }}</span>{{ end }}</div>
<div style="font-size:14px"><strong>Why</strong> {{ range .why }}{{ . }}, {{ end }}</div>
<div style="font-size:13px;padding-top:8px">{{ range .links }}<a href="{{ .to }}" style="color:#48545a">{{ .says }}</a>
 {{ end }}</div></td></tr></table>"""
_HTML: Final = "<h1>{{ .Subscriber.Name }}</h1>{{ range .Subscriber.Attribs.jobs }}" + _CARD + "{{ end }}"
_TEXT: Final = """{{ range .Subscriber.Attribs.jobs }}{{ .title }}, {{ .company }}
{{ range .facts }}{{ . }}; {{ end }}
Why: {{ range .why }}{{ . }}, {{ end }}
{{ .url }}
{{ range .links }}{{ .says }}: {{ .to }}
{{ end }}
{{ end }}"""
_PAGE: Final = """<!doctype html><html><body style="margin:0;background:#f5f7f8">{{ template "content" . }}
<p><a href="{{ UnsubscribeURL }}">Unsubscribe</a></p></body></html>"""


Came = Callable[[], tuple[int, int]]


@dataclass(frozen=True)
class Sending:
    """One round of mails. Times are of processor, a mail."""

    mails: int
    mean_bytes: int
    wall_s: float
    ms: float
    store_ms: float = 0.0


def measure(folder: Path, people: int) -> dict[str, Any]:
    """Both senders over the same digests, and the ratio of listmonk's time to ours."""
    digests = make_morning(people)
    composer = Composer(JinjaRenderer(SENDER, cached_cards=1_000_000), SENDER, BASE, Ids(SECRET))
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        ours, ours_held = _ours(digests, composer), _ours(digests, composer)
        listmonk, same_to_all = _listmonk(folder, digests, Path(name))
    rounds = {"ours": ours, "ours_held": ours_held, "listmonk": listmonk, "listmonk_same_to_all": same_to_all}
    return {
        "people": people,
        "rounds": {name: asdict(sending) for name, sending in rounds.items()},
        "ratios": {"vs_listmonk_render": listmonk.ms / ours.ms},
    }


class _Server:
    """Takes any mail, and counts."""

    def __init__(self) -> None:
        self.mails = self.bytes = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (named by aiosmtpd)
        self.mails, self.bytes = self.mails + 1, self.bytes + len(envelope.content or b"")
        return "250 taken"


@contextmanager
def _smtp_server() -> Iterator[tuple[int, Came]]:
    """A server as a process of its own: its port, and how many mails and bytes came."""
    command = [sys.executable, "-m", "bench.listmonk", "--serve"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        asked, said = process.stdin, process.stdout
        assert asked is not None
        assert said is not None

        def came() -> tuple[int, int]:
            asked.write("how many\n")
            asked.flush()
            mails, size = json.loads(said.readline())
            return mails, size

        try:
            yield int(said.readline()), came
        finally:
            process.kill()


def _serve() -> None:
    server = _Server()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    print(controller.port, flush=True)
    for _ in sys.stdin:
        print(json.dumps([server.mails, server.bytes]), flush=True)


def _ours(digests: Sequence[Pair], composer: Composer) -> Sending:
    with _smtp_server() as (port, came):
        mailer = SmtpMailer(SmtpSettings(host="127.0.0.1", port=port, security="none"))
        began, cpu = time.perf_counter(), time.process_time()
        for digest, _ in digests:
            mailer.send(composer.compose(digest))
        ended, used = time.perf_counter(), time.process_time() - cpu
        mails, size = came()
    return Sending(mails, size // mails, ended - began, 1_000 * used / mails)


def _listmonk(folder: Path, digests: Sequence[Pair], own: Path) -> tuple[Sending, Sending]:
    """With the jobs of each, and with one body for all."""
    with empty_database() as url, _smtp_server() as (port, came):
        config = own / "config.toml"
        config.write_text(_config(url))
        (folder / "frontend" / "dist").mkdir(
            parents=True, exist_ok=True
        )  # the pages of its operators, which are not asked
        command = [str(folder / "listmonk"), "--config", str(config)]
        subprocess.run([*command, "--install", "--yes"], cwd=folder, check=True, capture_output=True)
        with psycopg.connect(_libpq(url), autocommit=True) as connection:
            _settle(connection, port)
            _subscribe(connection, digests)
            with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                try:
                    time.sleep(5)
                    full = _campaign(connection, url, process.pid, came, _HTML, _TEXT)
                    same = _campaign(connection, url, process.pid, came, "<p>" + "x" * full.mean_bytes + "</p>", "x")
                finally:
                    process.kill()
    return full, same


def _config(url: str) -> str:
    server = make_url(url)
    return f"""
[app]
address = "127.0.0.1:{free_port()}"
[db]
host = "{server.host}"
port = {server.port}
user = "{server.username}"
password = "{server.password or ""}"
database = "{server.database}"
ssl_mode = "disable"
max_open = 10
max_idle = 10
max_lifetime = "300s"
"""


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _settle(connection: psycopg.Connection, port: int) -> None:
    """As fast as it goes, to a server on this machine."""
    server: dict[str, Any] = dict.fromkeys(("username", "password", "hello_hostname"), "")
    server |= {"enabled": True, "host": "127.0.0.1", "port": port, "auth_protocol": "none", "tls_type": "none"}
    server |= {"max_conns": 10, "idle_timeout": "15s", "wait_timeout": "5s", "max_msg_retries": 2}
    server |= {"msg_retry_delay": "10ms", "tls_skip_verify": False, "email_headers": [], "from_addresses": []}
    settings = {"smtp": [server], "app.message_rate": 100_000, "app.concurrency": 10, "app.check_updates": False}
    for key, value in settings.items():
        connection.execute("UPDATE settings SET value = %s WHERE key = %s", (Jsonb(value), key))


def _subscribe(connection: psycopg.Connection, digests: Sequence[Pair]) -> None:
    connection.execute("DELETE FROM campaigns; DELETE FROM subscribers")
    rows = [
        (f"{digest.recipient.subscriber_id}@example.com", f"Reader {number}", Jsonb({"jobs": _jobs(digest, links)}))
        for number, (digest, links) in enumerate(digests)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO subscribers (uuid, email, name, attribs) VALUES (gen_random_uuid(), %s, %s, %s)", rows
        )
    connection.execute(
        "INSERT INTO subscriber_lists (subscriber_id, list_id, status) SELECT id, 1, 'confirmed' FROM subscribers"
    )


def _jobs(digest: Digest, links: Links) -> list[dict[str, Any]]:
    """What a card says, as fields."""
    found = []
    for item in digest.items:
        posting = item.posting
        pay = posting.salary and f"{posting.salary.min:,} to {posting.salary.max:,} {posting.salary.currency}"
        facts = [pay, ", ".join(posting.reach.countries) or posting.reach.scope, posting.seniority, posting.employment]
        found.append(
            {
                "title": posting.title,
                "company": posting.company.name,
                "url": posting.url,
                "facts": [fact for fact in facts if fact],
                "why": [skill.name for skill in posting.skills],
                "links": [
                    {"says": says, "to": f"{links.unsubscribe}/{says}"} for says in ("Save", "Not relevant", "Hide")
                ],
            }
        )
    return found


def _campaign(connection: psycopg.Connection, url: str, pid: int, came: Came, html: str, text: str) -> Sending:
    """Have it send one campaign to all."""
    page = "INSERT INTO templates (name, type, subject, body) VALUES ('page', 'campaign', '', %s) RETURNING id"
    campaign = (
        "INSERT INTO campaigns (uuid, name, subject, from_email, body, altbody, content_type, messenger, template_id)"
        " VALUES (gen_random_uuid(), 'jobs', %s, 'alerts@harbour.example', %s, %s, 'html', 'email', %s) RETURNING id"
    )
    (template_id,) = _row(connection, page, _PAGE)
    (own,) = _row(connection, campaign, _SUBJECT, html, text, template_id)
    connection.execute("INSERT INTO campaign_lists (campaign_id, list_id) VALUES (%s, 1)", (own,))
    (mails, size), cpu, began = came(), processor_s(pid), time.monotonic()
    with database_s(url) as store:
        connection.execute("UPDATE campaigns SET status = 'running' WHERE id = %s", (own,))
        status = "running"
        while status == "running" and time.monotonic() - began < _PATIENCE_S:
            time.sleep(_LOOK_S)
            took = "extract(epoch FROM updated_at - started_at)::float8"
            status, wall_s = _row(connection, f"SELECT status::text, {took} FROM campaigns WHERE id = %s", own)
    if status != "finished":
        raise RuntimeError(f"listmonk left its campaign {status}")
    (sent, bytes_), used, store_s = came(), processor_s(pid) - cpu, sum(store.values())
    sent -= mails
    return Sending(sent, (bytes_ - size) // sent, wall_s, 1_000 * used / sent, 1_000 * store_s / sent)


def _row(connection: psycopg.Connection, query: str, *given: object) -> tuple[Any, ...]:
    found = connection.execute(query.encode(), given).fetchone()
    assert found is not None
    return found


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended cleans up
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="with listmonk's binary and its files")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--serve", action="store_true", help="be the mail server")
    given = parser.parse_args()
    if given.serve:
        _serve()
        return
    if given.folder is None:
        parser.error("say where listmonk is")
    found = measure(given.folder.resolve(), given.people)
    if given.json:
        print(json.dumps(found))
        return
    for name, sending in found["rounds"].items():
        print(f"{name:>20}: " + ", ".join(f"{figure} {value:,.4g}" for figure, value in sending.items()))
    print(", ".join(f"{name} {value:.3g}" for name, value in found["ratios"].items()))


if __name__ == "__main__":
    main()
