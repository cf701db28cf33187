"""A saved job: jobs like it move up while it is kept; one that closes is said so by the next mail, once."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.posting import Company
from services.notifier.adapters.sql.people.tracked_jobs import SqlTrackedJobs
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.feedback import TrackedJob
from services.notifier.settings import NotifierSettings
from services.usecases import mailed, tracker
from services.usecases.installation import Installation
from tests.support.notifying import NOW, posting, sqlite_store
from tests.support.portal import settings_of
from tests.support.simulated_days import Days, text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = {
    "en": "A job that you saved is closed: Harbour master at Acme.",
    "de": "Eine Stelle, die du gemerkt hast, ist nicht mehr offen: Harbour master bei Acme.",
    "es": "Un empleo que guardaste está cerrado: Harbour master en Acme.",
    "fr": "Une offre que vous avez enregistrée est fermée\u00a0: Harbour master chez Acme.",
    "pt": "Uma vaga que você salvou está encerrada: Harbour master em Acme.",
}


@pytest.mark.parametrize("locale", SAID)
def test_the_next_mail_says_once_that_a_saved_job_is_closed(tmp_path: Path, locale: str) -> None:
    every = NotifierSettings(curate=CurateSettings(least_chance=0, least_mail_chance=0))
    days = Days(sqlite_store(tmp_path), tmp_path / "mails", settings=every)
    ada, bob = (days.store.person(name, locale=locale) for name in ("ada", "bob"))
    for person in (ada, bob):
        days.store.search(person, hour=8)
    installation = Installation(settings_of(), days.store.engine)

    def day(number: int) -> datetime:
        return NOW + number * DAY

    def lines() -> list[tuple[bool, ...]]:
        """Of each day's mails whether hers says so, and whether his does."""
        texts = [
            [" ".join(text_of(mail).split()) for mail in days.mails(f"{own}@example.com")] for own in ("ada", "bob")
        ]
        return [
            tuple(SAID[locale].replace("\u00a0", " ") in text for text in both) for both in zip(*texts, strict=True)
        ]

    job = posting("one", title="Harbour master", roles=("data-engineer",))
    days.publish(job, day(0))
    days.live(day(1))
    saved = TrackedJob(job.posting_id, job.title, "Acme", "https://a.example", "", day(1), None)
    SqlTrackedJobs(days.store.engine).save(ada.subscriber_id, saved)
    days.publish(job.model_copy(update={"status": "closed", "version": job.version + 1}), day(1) + HOUR)
    days.live(day(2))
    assert lines() == [(False, False)], "it alone is no mail"
    for number in (2, 3):
        days.publish(posting(f"job {number}", title=f"Other work {number}", roles=("data-engineer",)), day(number))
        if number == 2:
            days.live(day(number) + HOUR)
            upcoming = mailed.next_mail(installation, ada, day(number) + HOUR)
            assert upcoming is not None
            assert "Harbour master" in upcoming.html
        days.live(day(number + 1))
    assert lines() == [(False, False), (True, False), (False, False)]


def test_mails_move_up_what_is_like_a_saved_job_until_it_is_taken_out(tmp_path: Path) -> None:
    every = NotifierSettings(curate=CurateSettings(least_chance=0, least_mail_chance=0))
    days = Days(sqlite_store(tmp_path), tmp_path / "mails", settings=every)
    ada, bob = (days.store.person(name) for name in ("ada", "bob"))
    for person in (ada, bob):
        days.store.search(person, hour=8)
    installation = Installation(settings_of(), days.store.engine)
    jobs = [
        posting(f"job {at}", title=f"{title} engineer", company=Company(name="Lantern"), roles=("data-engineer",))
        for at, title in enumerate(("Harbour", "Quay", "Lock"))
    ]
    for number, job in enumerate(jobs):
        days.publish(job, NOW + number * DAY)
        if number == 1:
            tracker.save(installation, ada.subscriber_id, jobs[0].posting_id, NOW + number * DAY)
        if number == 2:
            tracker.take_out(installation, ada.subscriber_id, jobs[0].posting_id)
        days.live(NOW + (number + 1) * DAY)
    said = "Further up because you saved “Harbour engineer”."
    for own, expected in (("ada", [False, True, False]), ("bob", [False] * 3)):
        texts = [" ".join(text_of(mail).split()) for mail in days.mails(f"{own}@example.com")]
        assert [said in text for text in texts] == expected
