"""From the door to a silence: who signs up for what nobody posts is told so, and sees what would bring more."""

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.settings import NotifierSettings
from tests.support.notifying import NOW, posting, sqlite_store
from tests.support.portal import served_portal
from tests.support.simulated_days import Days, text_of
from tests.support.waiting import until

BASE = "https://jobs.example.com"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = NotifierSettings(quiet_days=10, curate=CurateSettings(least_chance=0, least_mail_chance=0))
TOLD = "Nothing new has fitted since {}"


def links(mail: EmailMessage) -> list[str]:
    """Where a mail leads, below the portal's address."""
    found = (urlsplit(link) for link in re.findall(rf"{BASE}/\S+", text_of(mail)))
    return [f"{link.path}?{link.query}".rstrip("?") for link in found]


def test_who_signs_up_for_what_nobody_posts_is_told_once_and_again_after_jobs_came(tmp_path: Path) -> None:
    store, mails = sqlite_store(tmp_path), tmp_path / "mails"
    days = Days(store, mails, settings=EVERY)
    number = 0

    def live(more: int, *fitting: str) -> list[str]:
        """Subjects of what came in so many days, in each of which something is posted."""
        nonlocal number
        before = len(days.mails("grace@example.com"))
        for _ in range(more):
            at = NOW + number * DAY
            days.publish(posting(f"without one {number}", fetched_at=at), at)
            for name in fitting:
                days.publish(posting(name, fetched_at=at, description_text="Python, and a zeppelin."), at)
            for hour in (2, 4):
                days.live(at + hour * HOUR)
            number += 1
        return [str(mail["Subject"]) for mail in days.mails("grace@example.com")[before:]]

    with served_portal(store, folder=mails, public_url=BASE) as portal:
        wish = {"skills": "Python", "text": "zeppelin", "time_zone": "UTC", "cadence": "daily", "hour": "8"}
        portal.post("/sign-up", address="grace@example.com", **wish)
        portal.postman.join()
        [letter] = days.mails("grace@example.com")
        assert portal.post(links(letter)[0], do="confirm").status_code == 303

    assert live(7) == []
    assert live(1) == [TOLD.format("July 1, 2026")]
    told = days.mails("grace@example.com")[-1]
    assert str(told["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert "- Python · “zeppelin”" in text_of(told)
    assert live(12) == []

    with served_portal(store, folder=mails, public_url=BASE) as portal:
        more, leave = links(told)
        portal.now = NOW + number * DAY
        until(lambda: "still being read" not in portal.get(more).text, "the postings are read")
        assert portal.get(more).text.count("What would find more") == 1

        [digest] = live(1, "one")
        assert not digest.startswith("Nothing")
        assert live(9) == []
        assert live(1) == [TOLD.format("July 21, 2026")]
        assert portal.post(leave, do="pause").status_code == 200
        assert live(1, "two") == []
    store.engine.dispose()
