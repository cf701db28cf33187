"""From a mail that left jobs out to one that holds such jobs, by one press in the page that the first leads to."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from schemas.posting import PostingCore
from tests.support.notifying import NOW, posting, sqlite_store
from tests.support.portal import served_portal
from tests.support.simulated_days import Days, text_of

BASE = "https://jobs.example.com"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LEFT_OUT = rf"{BASE}(/r/\S+)#unlikely"


def of_day(number: int) -> tuple[PostingCore, PostingCore]:
    """One job that suits who asks for Python, and one of another trade that names it too."""
    at = NOW + number * DAY
    suits = posting(f"suits {number}", fetched_at=at)
    other = posting(f"other {number}", fetched_at=at, title="Data Analyst", roles=("data-analyst",))
    return suits, other


def test_one_press_where_a_mail_left_jobs_out_has_the_next_ones_hold_such_jobs_until_it_is_undone(
    tmp_path: Path,
) -> None:
    store, mails = sqlite_store(tmp_path), tmp_path / "mails"
    days = Days(store, mails)
    people = {name: store.person(name) for name in ("ada", "bob")}
    for person in people.values():
        store.search(person, hour=8)
    number = 0

    def live() -> tuple[str, str]:
        """What each is mailed of one more day."""
        nonlocal number
        for job in of_day(number):
            days.publish(job, NOW + number * DAY)
        for hour in (0, 4):
            days.live(NOW + number * DAY + hour * HOUR)
        number += 1
        ada, bob = (text_of(days.mails(person.profile.address)[-1]) for person in people.values())
        return ada, bob

    ada, bob = live()
    assert "Data Analyst" not in ada
    assert "1 other job fits, but we doubt that you would want it." in " ".join(ada.split())
    [page] = re.findall(LEFT_OUT, ada)
    with served_portal(store, folder=mails, public_url=BASE) as portal:
        portal.now = NOW + DAY
        shown = portal.get(page).text
        assert "In the last 7 days that would have brought 1 more job." in shown
        pressed = portal.post(page, do="choose", selectivity="wide").headers["location"]
        assert urlsplit(pressed).path == page

        ada, bob = live()
        assert "Data Analyst" in ada
        assert "You asked for more than the usual choice." in " ".join(ada.split())
        assert "Data Analyst" not in bob, "nobody else is sent more"
        assert "asked for more" not in bob

        assert ">Undo<" in portal.get(pressed).text
        portal.post(page, do="choose", selectivity="usual")
        ada, bob = live()
        assert "Data Analyst" not in ada
