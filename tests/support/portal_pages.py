"""Every page of the portal, over a store with people who have something to see there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Page

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Company, PostingCore, Reach, Skill, Spoken
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.people.doors import NewAddress, SignUp, SqlDoors
from services.notifier.adapters.sql.people.tracked_jobs import SqlTrackedJobs
from services.notifier.adapters.sql.webhooks.hooks import SqlWebhooks
from services.notifier.composing import Composer
from services.notifier.domain.consent import Consent
from services.notifier.domain.feedback import TrackedJob, answer_of
from services.notifier.domain.links import slot_of
from services.notifier.domain.model import Cause, Digest, Dropped, FoundBy, Item, Sender, WaitingJob
from services.notifier.domain.people import Subscriber
from services.notifier.domain.weights import Chance
from services.rules.verdict import verdict
from tests.support.digests import pay
from tests.support.notifying import GO, NOW, NotifierStore, arrival, posting, sqlite_store
from tests.support.portal import ServedPortal, served_portal
from tests.support.serving import closings
from tests.support.waiting import until
from tests.support.webhooks import Receiving, added, proven, webhooks_over

ASKED = {"skills": "Python", "currency": "EUR", "hour": "8", "cadence": "daily"}
LONG = "Donaudampfschifffahrtsgesellschaft" * 3 + "saufsichtsbeamter"
"""As a word may be that breaks nowhere: as many letters as most fields take."""
_WISH, _MOVE, _LINK, _OTHER_LINK = "a wish", "another address", "a link", "another link"


@dataclass(frozen=True, slots=True)
class PortalPage:
    """A page as somebody meets it."""

    path: str
    press: str = ""
    """The button or form by which it is reached from the path, as a selector."""
    fill: tuple[tuple[str, str], ...] = ()
    """Fields and what is typed there before."""


@contextmanager
def every_page(
    folder: Path, locale: str = "en", **mail: object
) -> Iterator[tuple[ServedPortal, dict[str, PortalPage]]]:
    """A portal, and its pages by name; each is to be visited once. `mail`: its settings of mail."""
    store = sqlite_store(folder)
    people = {name: store.person(name, locale=locale, currency="EUR") for name in ("ada", "bob", "eve", "ian")}
    for person in people.values():
        store.search(person, "Python, Europe", _PYTHON, hour=8)
        store.search(person, "Go work", GO, hour=8)
    store.searches.pause(store.searches.all(people["ada"].subscriber_id)[0].search_id, NOW)
    jobs = [*_jobs()]
    arrivals = [arrival(at, job, (1,)) for at, job in enumerate((*jobs, *_unlikely()))]
    store.matches.store(0, arrivals, NOW)
    _mail(store)
    doors = SqlDoors(store.engine, store.ids)
    _say_and_save(store, people["ada"].subscriber_id, jobs)
    _have_webhooks(store, people["ada"])
    with served_portal(store, folder=folder / "mails", **mail) as portal:
        ada = people["ada"]
        portal.now = NOW + timedelta(hours=4)
        doors.begin_session("another", ada.subscriber_id, "Safari, iPhone", portal.now)
        for link in (_LINK, _OTHER_LINK):
            doors.keep_sign_in(link, ada.subscriber_id, portal.now)
        doors.keep_sign_up(
            _WISH, SignUp("grace@example.com", _wish(locale), "Yes, send me these job alerts."), portal.now
        )
        doors.keep_new_address(_MOVE, NewAddress(ada.subscriber_id, "ada@new.example", "To this address."), portal.now)
        until(lambda: "<h2>" in portal.post("/preview", **ASKED).text, "the postings are read")
        yield portal, _pages(portal, people, jobs[0].posting_id)
    store.engine.dispose()


def _pages(portal: ServedPortal, people: dict[str, Subscriber], job: str) -> dict[str, PortalPage]:
    ada, bob, eve, ian = people.values()
    portal.store.subscribers.move(eve.subscriber_id, "eve@new.example", Consent("moved", NOW, "page", "There"))
    slot = slot_of(NOW + timedelta(hours=3))
    first = "main form button"
    searches = portal.store.searches.all(ada.subscriber_id)
    return {
        "sign-up": PortalPage("/sign-up"),
        "sign-up with a preview": PortalPage("/sign-up", press='button[value="preview"]', fill=(("skills", "Python"),)),
        "sign-up with a fault": PortalPage("/sign-up", press='button[value="preview"]', fill=(("skills", "Pyhton"),)),
        "sign-up with wishes that fit nothing": PortalPage(
            "/sign-up",
            press='button[value="preview"]',
            fill=(("skills", "Python"), ("places", "PT"), ("amount", "900k")),
        ),
        "sign-up with a long word": PortalPage(
            "/sign-up", press='button[value="preview"]', fill=(("skills", LONG), ("roles", LONG))
        ),
        "sign-up, read from a text": PortalPage(
            "/sign-up", press='button[value="read"]', fill=(("pasted", "Senior Go work in Poland"),)
        ),
        "sign-up that asks for kinds, read from a sentence": PortalPage(
            "/sign-up", press='button[value="read"]', fill=(("pasted", "Python, kein Praktikum"),)
        ),
        "sign-up of an unknown trade": PortalPage(
            "/sign-up", press='button[value="read"]', fill=(("pasted", "Beekeeper"),)
        ),
        "signed up": PortalPage(
            "/sign-up",
            press=".asks .row button",
            fill=(("skills", "Go"), ("worked_as", "Dragon tamer"), ("address", "grace@example.com")),
        ),
        "sign-up without a trade": PortalPage(
            "/sign-up", press=".asks .row button", fill=(("places", "Germany"), ("address", "grace@example.com"))
        ),
        "read": PortalPage("/read"),
        "a posting read": PortalPage("/read", press=first, fill=(("pasted", "Requirements\n- k8s\nWe like Go."),)),
        "confirm": PortalPage(f"/c/{_WISH}"),
        "too late": PortalPage("/c/nothing"),
        "sign-in": PortalPage("/sign-in"),
        "posted": PortalPage("/sign-in", press=first, fill=(("address", "ada@example.com"),)),
        "enter": PortalPage(f"/s/{_LINK}"),
        "home": PortalPage(f"/s/{_OTHER_LINK}", press=first),
        "welcome": PortalPage("/home/welcome"),
        "mails": PortalPage("/home/mails"),
        "a mail": PortalPage(f"/home/mails/{slot}"),
        "jobs": PortalPage("/home/jobs"),
        "feedback": PortalPage("/home/feedback"),
        "questions": PortalPage("/home/answers"),
        "tokens": PortalPage("/home/tokens"),
        "a token": PortalPage(
            "/home/tokens", press='main form:has([name="name"]) button', fill=(("name", "My script"),)
        ),
        "webhooks": PortalPage("/home/webhooks"),
        "the secret of a webhook": PortalPage(
            "/home/webhooks", press="main > section:last-of-type button", fill=(("address", "https://new.example/a"),)
        ),
        "a webhook with a fault": PortalPage(
            "/home/webhooks", press="main > section:last-of-type button", fill=(("address", "https://10.0.0.1/"),)
        ),
        "another search": PortalPage("/home/search"),
        "a question": PortalPage(f"/home/search/{searches[0].search_id}/delete"),
        "a search": PortalPage(f"/home/search/{searches[0].search_id}", press='button[value="preview"]'),
        "another address": PortalPage(f"/a/{_MOVE}"),
        "privacy": PortalPage("/privacy"),
        "unknown": PortalPage("/u/forged.aaaaaaaaaaaaaaaa"),
        "job": PortalPage(portal.path("job", ada, job)),
        "a job of a mail to a former address": PortalPage(portal.path("job", eve, job)),
        "a press of such a mail": PortalPage(portal.path("save", eve, job)),
        "saved": PortalPage(portal.path("save", ada, job), press=first),
        "more like this": PortalPage(portal.path("more", ada, job)),
        "hidden": PortalPage(portal.path("hide", ada, job), press=first),
        "rest": PortalPage(portal.path("rest", ada, slot)),
        "forgotten": PortalPage(portal.path("rest", ada, slot_of(NOW))),
        "manage": PortalPage(portal.path("manage", ada, slot_of(portal.now))),
        "manage, with what would bring more": PortalPage(f"{portal.path('manage', bob, slot_of(portal.now))}?more=1"),
        "expired": PortalPage(portal.path("manage", ada, slot_of(NOW - timedelta(days=90)))),
        "answer": PortalPage(portal.path("answer", bob, slot_of(portal.now))),
        "unsubscribe": PortalPage(portal.path("unsubscribe", bob)),
        "unsubscribed": PortalPage(portal.path("unsubscribe", eve), press=first),
        "erased": PortalPage(portal.path("unsubscribe", "0" * len(ian.subscriber_id))),
    }


_PYTHON = Criteria(
    skills=SkillTerms(any=("Python", "Kafka")),
    places=("DE", "FR"),
    salary_floor=SalaryFloor(amount=60_000, currency="EUR"),
)


def _jobs() -> Iterator[PostingCore]:
    for at, (title, company, low) in enumerate(
        [
            ("Senior Python engineer (f/m/x), platform team", "Harbour & Söhne GmbH", 70_000),
            ("Data engineer", "Dunmore Optics", 62_000),
            ("Backend developer for a very long-winded department of integrations", "Junipera", 50_000),
            ("مهندس برمجيات", "شركة المرفأ", 80_000),
        ]
    ):
        yield posting(
            f"job {at}",
            title=title,
            roles=(("data-engineer",) if at == 1 else ("backend-engineer", "data-engineer")),
            company=Company(name=company),
            salary=pay(low, low + 20_000),
            workplace=("remote", "hybrid")[at % 2],
            reach=Reach(scope="listed", countries=("DE", "FR")),
            skills=(Skill(name="Python", core=True), Skill(name="Kafka", core=at == 0)),
            description_text="We look for somebody who writes Python.\n\nYou work with:\n• Kafka\n• people",
            fetched_at=NOW - timedelta(days=3 * at, hours=1),
        )


def _unlikely() -> Iterator[PostingCore]:
    """Jobs that fit and that somebody hardly wants."""
    first, *_ = _jobs()
    for title, company, differs in (
        (
            "Director of platform engineering",
            "Kettleworth",
            {"seniority": "director", "roles": ("engineering-manager",)},
        ),
        ("Python tutor for evening courses", "Lantern & Loom", {"employment": "part_time", "roles": ("tutor",)}),
        (
            "Account executive, developer tools",
            LONG,
            {"languages": (Spoken(any=("it",), level="fluent"),), "roles": ("account-executive",)},
        ),
    ):
        own = posting(title, title=title, company=Company(name=company))
        kept = {"salary": first.salary, "reach": first.reach, "workplace": first.workplace, "skills": first.skills}
        yield own.model_copy(update=kept | differs)


def _wish(locale: str) -> dict[str, object]:
    search = {"name": "Python", "criteria": {"skills": {"any": ["Python"]}}, "cadence": "daily", "hour": 8}
    return {
        "address": "grace@example.com", "time_zone": "UTC", "locale": locale, "currency": "EUR", "search": search
    }  # fmt: skip


def _mail(store: NotifierStore) -> None:
    """A digest of each person that had no room for some jobs."""
    at = NOW + timedelta(hours=3)
    cut = store.windows.take_cut(at)
    sender = Sender("Harbour Jobs", "jobs@example.com", "1 Quay Street, Porto")
    composer = Composer(JinjaRenderer(sender), sender, "https://jobs.example.com", store.ids)
    for due in store.windows.claim_due("test", at, cut, timedelta(minutes=5), 9):
        searches = tuple(window.search for window in due.windows)
        first, *more = _jobs()
        judged = (FoundBy(search, verdict(search.criteria, first)) for search in searches)
        found = tuple(candidate for candidate in judged if candidate.verdict.outcome == "match")
        made = Digest(due.recipient, at, searches, (Item(first, found, 1.0),), (), 2, ())
        made = replace(made, rest=tuple(WaitingJob(job, searches[:1], 0.5) for job in more))
        chances = zip(_unlikely(), (0.38, 0.31, 0.12), strict=True)
        unlikely = (Dropped(job.posting_id, Cause("unlikely", chance=Chance(chance))) for job, chance in chances)
        made = replace(made, dropped=tuple(unlikely))
        assert store.digests.commit(made, closings(due, cut, at), composer.compose(made), at)


def _say_and_save(store: NotifierStore, own_id: str, jobs: Sequence[PostingCore]) -> None:
    """Jobs saved, applied for, closed and hidden, and things said of others."""
    for at, job in enumerate(jobs[1:]):
        applied = (NOW - timedelta(days=1)).date() if at else None
        note = "Ask for Grace.\nThey want three references." if at == 1 else ""
        saved = TrackedJob(
            job.posting_id, job.title, job.company.name, job.url, note, NOW - timedelta(days=at), applied
        )
        SqlTrackedJobs(store.engine).save(own_id, saved)
    store.matches.store(1, [arrival(0, jobs[2].model_copy(update={"status": "closed", "version": 2**60}))], NOW)
    hidden = posting("another", title=f"Sales manager, {LONG}", company=Company(name=LONG))
    for kind, job in (("not_relevant", hidden), ("more_like", jobs[0]), ("hidden_company", hidden)):
        store.feedback.say(own_id, answer_of(kind, job, NOW), NOW)


def _have_webhooks(store: NotifierStore, person: Subscriber) -> None:
    """One that is proven and takes what is posted, one that is shut, and one that nobody has shown to be theirs."""
    hooks, own_id, receiving = SqlWebhooks(store.engine), person.subscriber_id, Receiving()
    for name, status, answer in (("takes", 200, '{"ok": true}'), ("is-gone", 410, "<b>Gone</b> " * 30)):
        proven(store, person, name=name)
        hooks.ping(own_id, name, f"msg_{sha256(name.encode()).hexdigest()[:32]}", NOW)
        receiving.says(status, answer)
        webhooks_over(store, receiving).tick(NOW)
    hooks.rotate(own_id, "takes", "pepper", NOW + timedelta(hours=3))
    added(store, person, name=LONG)


def visit(browser: Page, base: str, page: PortalPage) -> None:
    """Go to a page as somebody would."""
    browser.goto(f"{base}{page.path}")
    folded = browser.locator("details.paste, main > section > details, .cards details")
    folded.evaluate_all("all => all.forEach((one) => { one.open = true; })")
    for name, text in page.fill:
        # A field that completes keeps its value in one that nobody sees.
        browser.locator(f'#f-{name}, [name="{name}"]:not([type="hidden"])').first.fill(text)
    if page.press:
        browser.locator(page.press).first.click()
        browser.wait_for_load_state()
