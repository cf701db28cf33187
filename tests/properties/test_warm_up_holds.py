"""Under any warm-up plan, with two notifiers that are killed anywhere: no day too full, no job lost or told twice."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.notifier.domain.people import timing_of
from services.notifier.mail_settings import WarmUpSettings
from services.notifier.settings import NotifierSettings
from tests.support.long_form import LONG
from tests.support.notifying import NOW, PYTHON, posting, sqlite_store
from tests.support.simulated_days import Days, Killer, text_of

DAY = timedelta(days=1)
PEOPLE = 7
timings = st.one_of(
    st.builds(lambda hour: {"hour": hour}, st.sampled_from([0, 8, 20])), st.just({"cadence": "instant"})
)


@given(
    per_day=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    timed=st.lists(timings, min_size=PEOPLE, max_size=PEOPLE),
    published=st.lists(st.integers(0, 3 * 24), min_size=1, max_size=4),
    at_once=st.integers(1, 4),
    kill_at=st.integers(0, 30),
)
@settings(max_examples=8 if LONG else 3, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_no_day_is_too_full_and_everybody_gets_every_job_once(
    per_day: list[int], timed: list[dict[str, object]], published: list[int], at_once: int, kill_at: int
) -> None:
    plan = WarmUpSettings(since=NOW.date(), per_day=tuple(per_day))
    with TemporaryDirectory() as name:
        store, folder = sqlite_store(Path(name)), Path(name) / "mails"
        try:
            for number, timing in enumerate(timed):
                person = store.person(f"person{number}")
                store.searches.add(person.subscriber_id, "python", PYTHON, timing_of(timing), NOW)
            killer = Killer(at=kill_at)
            first, second = (
                Days(store, folder, killer, NotifierSettings(worker=worker, deliveries_at_once=at_once), warm_up=plan)
                for worker in ("one", "two")
            )
            second.log = first.log
            killer.watch(store)
            sent: Counter[int] = Counter()
            before = 0
            for hour in range(0, (len(per_day) + 3) * 24, 4):
                now = NOW + timedelta(hours=hour)
                for number, when in enumerate(published):
                    if hour - 4 < when <= hour:
                        first.publish(posting(f"job{number}"), now)
                for worker in (first, second):
                    worker.live(now)
                mails = len(first.files())
                sent[(now.date() - NOW.date()).days] += mails - before
                before = mails
            for day, most in enumerate(per_day):
                assert sent[day] <= most, f"{sent} under {per_day}"
            for number in range(PEOPLE):
                texts = [text_of(mail) for mail in first.mails(f"person{number}@example.com")]
                for job in range(len(published)):
                    shown = sum(posting(f"job{job}").url in text for text in texts)
                    assert shown == 1, f"job{job} to person{number}: {shown} times"
        finally:
            store.engine.dispose()
