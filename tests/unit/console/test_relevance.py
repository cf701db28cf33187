"""What readers made of their jobs, in the console: counted over all, with nobody named."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from schemas.posting import PostingCore
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.feedback import Kind, answer_of
from services.notifier.domain.model import Cause, Dropped, Item
from services.notifier.domain.people import Subscriber
from services.notifier.domain.weights import Chance
from services.notifier.settings import NotifierSettings
from tests.support.console import ServedConsole, served_console
from tests.support.digests import NOON, digest
from tests.support.notifying import NOW, NotifierStore, posting
from tests.support.serving import HOUR, closings, due, email_for, serve


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        made.now = NOW + HOUR
        made.sign_in()
        yield made


def test_the_share_that_was_accepted_is_of_what_was_judged(console: ServedConsole) -> None:
    store = NotifierStore(console.installation.engine)
    assert "Nothing yet." in console.client.get("/relevance").text
    ada = store.person()
    key = store.search(ada, hour=8).key
    for day, name in enumerate(("one", "two", "three")):
        serve(store, NOW + (3 + 24 * day) * HOUR, name, [key])
    store.feedback.say(ada.subscriber_id, answer_of("more_like", posting("one"), NOW), NOW)
    store.feedback.say(ada.subscriber_id, answer_of("not_relevant", posting("two"), NOW), NOW)
    page = console.client.get("/relevance").text
    fit, score, source = (page.partition(f"<h2>{name}</h2>")[2] for name in ("By fit", "By score", "By source"))
    cells = [part.partition("</td>")[0] for part in fit.split('<td class="figure">')[1:5]]
    assert cells == ["3", "1", "1", "50 %"]
    assert '<th scope="row">0 to 9</th>' in score
    assert '<th scope="row">boards</th>' in source
    assert "ada" not in page.partition("<main")[2]


def mail(
    store: NotifierStore,
    to: Subscriber,
    now: datetime,
    *jobs: PostingCore,
    chance: float,
    left_out: tuple[PostingCore, ...] = (),
    doubt: float = 0.3,
    near: tuple[Item, ...] = (),
) -> None:
    """Commit a digest of these jobs, each with that chance; it left some out, each with a lower one."""
    cut = store.windows.take_cut(now)
    [person] = [each for each in due(store, now) if each.recipient.subscriber_id == to.subscriber_id]
    made = digest(*jobs, to=person.recipient)
    items = tuple(replace(item, chance=Chance(chance)) for item in made.items)
    dropped = tuple(Dropped(job.posting_id, Cause("unlikely", chance=Chance(doubt))) for job in left_out)
    chosen, email = (
        replace(made, items=items, near=near, due_at=now, dropped=dropped),
        email_for(person.recipient.address, now),
    )
    assert store.digests.commit(chosen, closings(person, cut, now), email, now)


def mailed(store: NotifierStore, chance: float, *, accepted: int, people: int = 5) -> None:
    """Mail five jobs of that chance to each of some people, each alone; so many of the five are accepted."""
    for reader in range(people):
        person = store.person(f"reader{reader}")
        store.search(person, hour=8)
        for at in range(5):
            job, now = posting(f"job{reader}-{at}", fetched_at=NOON), NOW + (3 + 24 * at) * HOUR
            mail(store, person, now, job, chance=chance)
            said: Kind = "more_like" if at < accepted else "not_relevant"
            store.feedback.say(person.subscriber_id, answer_of(said, job, now), now)


def section(page: str, name: str) -> str:
    return page.partition(f"<h2>{name}</h2>")[2].partition("</section>")[0]


def rows(part: str) -> dict[str, list[str]]:
    """The cells of each row by its head."""
    body = part.partition("<tbody>")[2]
    found = re.findall(r'<tr[^>]*><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', body)
    return {head: re.findall(r"<td[^>]*>(.*?)</td>", cells) for head, cells in found}


def test_it_says_by_what_was_judged_that_a_bar_is_too_low_and_which_setting_raises_it(console: ServedConsole) -> None:
    mailed(NotifierStore(console.installation.engine), 0.43, accepted=1)
    jobs = section(console.client.get("/relevance").text, "Jobs by what was foreseen")
    assert (
        "Jobs just above the bar (40 to 50 %) are accepted in 20 % (9 to 39 %) of 25, where 43 % was foreseen: "
        "raise <code>notifier.curate.least_chance</code> to <code>0.5</code>."
    ) in jobs
    assert rows(jobs)["40 to 50 %"] == ["25", "25", "5", "43 %", "20 %", "9 to 39 %"]
    heads = list(rows(jobs))
    at = heads.index("The bar: 40 %")
    assert heads[at - 1 : at + 2] == ["40 to 50 %", "The bar: 40 %", "30 to 40 %"]


def test_near_misses_are_held_to_the_bar_of_mails_and_are_in_no_band_of_jobs(console: ServedConsole) -> None:
    store = NotifierStore(console.installation.engine)
    ada = store.person()
    store.search(ada, hour=8)
    now, [missed] = NOW + 3 * HOUR, digest(posting("two", fetched_at=NOON)).items
    mail(store, ada, now, posting("one", fetched_at=NOON), chance=0.45, near=(replace(missed, chance=Chance(0.65)),))
    store.feedback.say(ada.subscriber_id, answer_of("more_like", posting("two"), now), now)
    page = console.client.get("/relevance").text
    jobs, near = (section(page, f"{things} by what was foreseen") for things in ("Jobs", "Near misses"))
    assert {head: cells[0] for head, cells in rows(jobs).items() if cells} == {"40 to 50 %": "1", "30 to 40 %": "0"}
    assert rows(near)["60 to 70 %"][:3] == ["1", "1", "1"]
    assert "The bar: 60 %" in rows(near)


def test_mails_have_a_bar_of_their_own(console: ServedConsole) -> None:
    mailed(NotifierStore(console.installation.engine), 0.65, accepted=3)
    page = console.client.get("/relevance").text
    assert "Too few judgements" in section(page, "Jobs by what was foreseen")
    mails = section(page, "Mails by what was foreseen")
    assert (
        "The bar is where it should be, by what was judged: mails just above it (60 to 70 %) hold a job that" in mails
    )
    assert rows(mails)["60 to 70 %"][:3] == ["25", "25", "15"]


def test_the_bars_are_judged_by_readers_of_the_usual_choice_alone(console: ServedConsole) -> None:
    store = NotifierStore(console.installation.engine)
    mailed(store, 0.43, accepted=1)
    for reader in range(2):
        wide = store.subscribers.find(f"reader{reader}@example.com")
        store.subscribers.change(wide.subscriber_id, replace(wide.profile, selectivity="wide"), NOW)
    page = console.client.get("/relevance").text
    assert rows(section(page, "Jobs by what was foreseen"))["40 to 50 %"][:3] == ["15", "15", "3"]
    assert "Left out of each bar: 2 readers who chose how choosy their mails are" in page


def test_few_judgements_are_told_as_such(console: ServedConsole) -> None:
    mailed(NotifierStore(console.installation.engine), 0.43, accepted=0, people=1)
    jobs = section(console.client.get("/relevance").text, "Jobs by what was foreseen")
    assert "(40 to 50 %) 5 were judged, by 1 reader; it takes 20, by 5 readers." in jobs


def test_a_mail_of_which_a_job_is_not_judged_is_not_counted_as_judged(console: ServedConsole) -> None:
    store = NotifierStore(console.installation.engine)
    ada = store.person()
    store.search(ada, hour=8)
    now = NOW + 3 * HOUR
    mail(store, ada, now, *(posting(name, fetched_at=NOON) for name in ("one", "two")), chance=0.5)
    store.feedback.say(ada.subscriber_id, answer_of("more_like", posting("one"), now), now)
    page = console.client.get("/relevance").text
    assert rows(section(page, "Jobs by what was foreseen"))["50 to 60 %"][:3] == ["2", "1", "1"]
    assert rows(section(page, "Mails by what was foreseen"))["70 to 80 %"][:3] == ["1", "0", "0"]
    store.feedback.say(ada.subscriber_id, answer_of("not_relevant", posting("two"), now), now)
    page = console.client.get("/relevance").text
    assert rows(section(page, "Mails by what was foreseen"))["70 to 80 %"][:3] == ["1", "1", "1"]


def test_what_a_mail_left_out_and_its_reader_answered_counts_below_the_bar_of_jobs_alone(
    console: ServedConsole,
) -> None:
    store = NotifierStore(console.installation.engine)
    ada = store.person()
    store.search(ada, hour=8)
    now = NOW + 3 * HOUR
    one, two, three = (posting(name, fetched_at=NOON) for name in ("one", "two", "three"))
    mail(store, ada, now, one, chance=0.5, left_out=(two, three), doubt=0.34)
    store.feedback.say(ada.subscriber_id, answer_of("not_relevant", two, now), now)
    # Once a later mail has it, it is judged there.
    mail(store, ada, now + 24 * HOUR, three, chance=0.5)
    store.feedback.say(ada.subscriber_id, answer_of("more_like", three, now), now)
    page = console.client.get("/relevance").text
    jobs = section(page, "Jobs by what was foreseen")
    assert rows(jobs)["30 to 40 %"][:5] == ["0", "1", "0", "34 %", "0 %"]
    assert rows(jobs)["50 to 60 %"][:3] == ["2", "1", "1"]
    assert "Of these judged, 1 was in no mail, as too unlikely" in jobs
    assert "in no mail" not in section(page, "Mails by what was foreseen")
    assert rows(section(page, "By fit"))["match"][:3] == ["2", "1", "0"]


def test_jobs_of_a_release_that_kept_no_chance_are_told_and_not_counted(console: ServedConsole) -> None:
    store = NotifierStore(console.installation.engine)
    serve(store, NOW + 3 * HOUR, "one", [store.search(store.person(), hour=8).key])
    jobs = section(console.client.get("/relevance").text, "Jobs by what was foreseen")
    assert "Not counted: 1 job of before the chance was kept with each job." in jobs
    assert {each[0] for head, each in rows(jobs).items() if not head.startswith("The bar")} == {"0"}


def test_the_bars_are_those_of_the_settings(tmp_path: Path) -> None:
    curate = CurateSettings(least_chance=0.35, least_mail_chance=0.0)
    with served_console(tmp_path, notifier=NotifierSettings(curate=curate)) as console:
        console.sign_in()
        page = console.client.get("/relevance").text
    jobs, mails = (section(page, f"{name} by what was foreseen") for name in ("Jobs", "Mails"))
    assert "(35 to 45 %) 0 were judged; it takes" in jobs
    assert "The bar: 35 %" in rows(jobs)
    assert "No mails are kept back: <code>notifier.curate.least_mail_chance</code> is 0." in mails
