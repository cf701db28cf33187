"""From the door to the first mail, and out: what one person does, in each language, and what they are mailed for it.

Over HTTP, without scripts, in the embedded form with its own store, log and folder of mails; the clock alone is moved.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from services.embedded import Embedded, embedded
from services.portal.app import PortalServer
from services.runtime.clock import FixedClock
from services.settings import load_settings
from services.usecases import accounts
from services.usecases.installation import Installation
from services.usecases.simulation.days import address_at
from services.wording.catalogues import words_of
from tests.support.visitor import Visitor
from tests.support.waiting import until
from tests.support.walking import Letterbox, answers, link_of

NOON = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS, MOVED = "walker@example.org", "walker.moved@example.org"


@dataclass(frozen=True)
class Wanted:
    """Somebody at the door, and what a board has for them."""

    locale: str
    says: str
    """As they type it on a phone."""
    understood: str
    """What the form then says that they look for begins so."""
    title: str
    text: str
    where: str
    elsewhere: str
    """A town of that country that is far away."""


PEOPLE = (
    Wanted(
        "en_GB",
        "nurse in manchester, nights ok",
        "Nurse",
        "Staff Nurse",
        "You care for patients on a busy ward, give medication and keep records. The job is on site in {town}.",
        "Manchester, United Kingdom",
        "London, United Kingdom",
    ),
    Wanted(
        "de_DE",
        "Einkäufer Hamburg, Teilzeit möglich",
        "Einkäufer",
        "Strategischer Einkäufer (m/w/d)",
        "Sie verhandeln mit Lieferanten und steuern Bestellungen in SAP. Die Stelle ist vor Ort in {town}.",
        "Hamburg, Deutschland",
        "München, Deutschland",
    ),
    Wanted(
        "es_ES",
        "aux administrativa madrid turno mañana",
        "Auxiliar administrativo",
        "Auxiliar administrativo/a",
        "Atiendes el teléfono, preparas facturas y ordenas documentos. El puesto es presencial en {town}.",
        "Madrid, España",
        "Sevilla, España",
    ),
    Wanted(
        "fr_FR",
        "contable ou aide comptable lyon",
        "Comptable",
        "Assistant comptable (H/F)",
        "Vous tenez la comptabilité et préparez les déclarations de TVA. Le poste est sur site à {town}.",
        "Lyon, France",
        "Lille, France",
    ),
    Wanted(
        "pt_BR",
        "tecnico de enfermagem recife",
        "Técnico de enfermagem",
        "Técnico(a) de Enfermagem",
        "Você cuida de pacientes em regime de plantão. A vaga é presencial em {town}.",
        "Recife, Brasil",
        "São Paulo, Brasil",
    ),
)


class Board:
    """A board with one feed, its portal, and a clock that stands until it is moved."""

    def __init__(self, folder: Path, form: Embedded, clock: FixedClock, client: httpx2.Client) -> None:
        self.form, self.clock, self.client = form, clock, client
        self.mails = folder / "mails"
        self._feed = folder / "feed.jsonl"

    def has(self, wanted: Wanted, *names: str, where: str) -> None:
        """Have it list jobs, posted now, each of another company."""
        town = where.partition(",")[0]
        with self._feed.open("a", encoding="utf-8") as feed:
            for name in names:
                job = {
                    "id": name,
                    "title": wanted.title,
                    "company": f"Company {name}",
                    "url": f"https://jobs.example/{name}",
                    "location": where,
                    "description": f"Company {name}. {wanted.text.format(town=town)}",
                    "posted_at": self.clock.now().isoformat(),
                }
                feed.write(json.dumps(job) + "\n")

    def live(self, until_: datetime) -> None:
        """Go on until then; an hour before, what was posted is read."""
        for at in (max(self.clock.now(), until_ - timedelta(hours=1)), until_):
            self.clock.set(at)
            for _ in range(3):
                self.form.runner.tick(at)
                self.form.runner.drain()


@contextmanager
def board(folder: Path) -> Iterator[Board]:
    base = address_at(0)
    (folder / "feed.jsonl").touch()
    (folder / "jobchime.toml").write_text(
        f'[[ingest.sources]]\nname = "own"\nurl = "{folder / "feed.jsonl"}"\nevery = "30m"\n'
        f'[mail]\npublic_url = "{base}"\nsender_name = "Harbour Jobs"\npostal_address = "1 Quay Street, Porto"\n'
        f"[portal]\nport = {urlsplit(base).port}\n",
        encoding="utf-8",
    )
    settings, clock = load_settings(folder / "jobchime.toml").in_one_go(), FixedClock(NOON)
    with embedded(settings, clock=clock) as form, httpx2.Client(timeout=30, verify=False, base_url=base) as client:
        form.runner.load()
        made = Board(folder, form, clock, client)
        yield made


@contextmanager
def served(made: Board) -> Iterator[Installation]:
    installation = Installation(made.form.settings, made.form.engine)
    with PortalServer(installation, made.clock.now):
        base = str(made.client.base_url).rstrip("/")
        until(lambda: answers(base), "the portal answers")
        until(lambda: _is_read(made), "the postings are read")
        yield installation


def _is_read(made: Board) -> bool:
    return "still being read" not in made.client.post("/preview", data={"skills": "Python"}).text


def jobs_of(mail: EmailMessage) -> list[str]:
    """The jobs of a digest, by the end of their addresses."""
    body = mail.get_body(("plain",))
    assert body is not None
    return re.findall(r"https://jobs\.example/(\S+)", body.get_content())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("wanted", PEOPLE, ids=lambda wanted: wanted.locale)
def test_from_the_door_to_the_mails_that_were_promised_and_out(tmp_path: Path, wanted: Wanted) -> None:
    words = words_of(wanted.locale)
    with board(tmp_path) as here:
        base = str(here.client.base_url).rstrip("/")
        here.has(wanted, "near-1", "near-2", "near-3", where=wanted.where)
        here.has(wanted, "far-1", "far-2", where=wanted.elsewhere)
        here.live(NOON + timedelta(minutes=30))
        with served(here) as installation:
            they, letters = Visitor(here.client, words), Letterbox(here.mails, ADDRESS)

            # The door: one sentence fills the form, and says what it was understood as and what it finds.
            they.open(f"{base}/sign-up")
            they.press("Fill the form", pasted=wanted.says)
            assert they.says("You look for:", then=f" {wanted.understood}")
            assert {name for name in ("near-1", "near-3", "far-1") if f"Company {name}" in they.text} == {
                "near-1",
                "near-3",
            }
            they.press("Sign up", address=ADDRESS, hour="8", time_zone="UTC")
            assert they.heading == words.say("Look into your mailbox")
            assert ADDRESS in they.text

            # The letter: whoever looks at its link has confirmed nothing.
            letter = letters.next("the letter that asks to confirm")
            they.open(link_of(letter, base, "c"))
            assert accounts.everybody(installation) == []
            they.press("Confirm")
            assert they.path() == "/home/welcome"
            assert "8:00" in they.text
            assert they.says("Nothing comes while nothing fits. Each mail has one link that stops it.")

            # The first mail, at its hour and not before, with what was promised.
            here.live(NOON.replace(hour=7, minute=59) + DAY)
            assert letters.new() == []
            here.live(NOON.replace(hour=8, minute=0) + DAY)
            first = letters.next("the first mail")
            assert first["Date"].datetime == NOON.replace(hour=8, minute=0) + DAY
            assert sorted(jobs_of(first)) == ["near-1", "near-2", "near-3"]

            # What its links do: each answers, a look changes nothing, and a press what it says.
            they.open(link_of(first, base, "j"))
            assert they.says("Why it is here")
            they.open(link_of(first, base, "n"))
            assert not they.offers("Undo")
            they.press("It is not relevant")
            they.press("Undo")
            assert they.says("Undone: it is as it was before.")
            they.open(link_of(first, base, "m"))
            they.press("Pause all mails")
            assert they.says("Your mails are paused.")
            here.has(wanted, "day1-1", "day1-2", "day1-3", where=wanted.where)
            here.live(NOON.replace(hour=8, minute=0) + 2 * DAY)
            assert letters.new() == []
            they.press("Mail me again")
            assert they.says("Done: your mails come again.")

            # At home: another hour, and another address, which the old one is told of.
            they.open(f"{base}/home")
            they.press("Save", cadence="daily", hour="9", preferred_places="")
            here.live(NOON.replace(hour=8, minute=59) + 2 * DAY)
            assert letters.new() == []
            here.live(NOON.replace(hour=9, minute=0) + 2 * DAY)
            assert sorted(jobs_of(letters.next("the mail of another hour"))) == ["day1-1", "day1-2", "day1-3"]
            they.open(f"{base}/home")
            they.press("Mail me a link there", address=MOVED)
            moved = Letterbox(here.mails, MOVED)
            they.open(link_of(moved.next("the letter to the new address"), base, "a"))
            they.press("Confirm")
            assert MOVED in they.text
            here.has(wanted, "day2-1", "day2-2", "day2-3", where=wanted.where)
            here.live(NOON.replace(hour=9, minute=0) + 3 * DAY)
            assert jobs_of(letters.next("what the old address is told")) == []
            second = moved.next("the first mail to the new address")
            assert sorted(jobs_of(second)) == ["day2-1", "day2-2", "day2-3"]

            # Out by one click of a mail program, and back by the page.
            leave = link_of(second, base, "u")
            assert here.client.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
            here.has(wanted, "day3-1", "day3-2", "day3-3", where=wanted.where)
            here.live(NOON.replace(hour=9, minute=0) + 4 * DAY)
            assert moved.new() == []
            they.open(leave)
            assert they.heading == words.say("You are unsubscribed")
            they.press("Mail me again")
            # Their mails have moved, and this one may have been passed on: only who reads the new mailbox comes back.
            they.open(link_of(moved.next("a link that signs in"), base, "s"))
            they.press("Sign in")
            assert they.says("You are unsubscribed: nothing is sent.")
            they.press("Mail me again")
            assert not they.says("You are unsubscribed: nothing is sent.")
            here.live(NOON.replace(hour=9, minute=0) + 5 * DAY)
            assert sorted(jobs_of(moved.next("the mail after coming back"))) == ["day3-1", "day3-2", "day3-3"]

            # Out by the page, and gone.
            they.open(leave)
            they.press("Stop all job alerts")
            assert they.heading == words.say("You are unsubscribed")
            here.clock.advance(timedelta(hours=1))
            they.press("Mail me a link")
            they.open(link_of(moved.next("the link that signs in"), base, "s"))
            they.press("Sign in")
            they.press("Erase", sure="1")
            assert they.heading == words.say("Everything about you is deleted")
            here.has(wanted, "day4-1", "day4-2", "day4-3", where=wanted.where)
            here.live(NOON.replace(hour=9, minute=0) + 6 * DAY)
            assert accounts.everybody(installation) == []
            assert [*letters.new(), *moved.new()] == []
            left = [path for path in here.mails.iterdir() if path.suffix == ".eml"]
            assert left == []
