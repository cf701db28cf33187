"""Jobs that nearly fit, in mails over simulated days: what is off is said, and none comes twice."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Company, PostingCore, Skill
from services.notifier.domain.feedback import Answer
from services.notifier.domain.model import Digest
from services.notifier.domain.people import Subscriber
from services.notifier.settings import NotifierSettings
from services.rules.signature import fold_company
from services.usecases.previews import Preview
from tests.support.digests import words_about
from tests.support.notifying import posting, sqlite_store
from tests.support.simulated_days import Days, text_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 7, 1, tzinfo=UTC)
MID = Criteria(skills=SkillTerms(all=("Python",)), seniority=("mid",))


def lives(folder: Path, **settings: Any) -> Days:
    # The bar of near misses, which is that of mails, is told of elsewhere.
    low = {"curate": {"least_mail_chance": 0.4}}
    return Days(sqlite_store(folder), folder / "mails", settings=NotifierSettings(**(low | settings)))


def ada(days: Days, locale: str = "en", **timing: Any) -> Subscriber:
    person = days.store.person("ada", now=START, locale=locale)
    days.store.search(person, "Python, mid", MID, now=START, **{"cadence": "daily", "hour": 8} | timing)
    return person


def job(name: str, at: datetime = START, **fields: Any) -> PostingCore:
    return posting(name, fetched_at=at, description_text=words_about(name), **{"seniority": "mid"} | fields)


def text(days: Days, number: int = -1) -> str:
    return text_of(days.mails("ada@example.com")[number])


def page(days: Days, number: int = -1) -> str:
    body = days.mails("ada@example.com")[number].get_body(("html",))
    assert body is not None
    return str(body.get_content())


def day(number: int) -> datetime:
    return START + number * DAY + 9 * HOUR


@pytest.mark.parametrize(
    ("locale", "heading", "off"),
    [
        ("en", "NEARLY", "But: is at senior level, 1 step above; you ask for mid"),
        ("de", "KNAPP DANEBEN", "Aber: ist eine Senior-Stelle, 1 Stufe darüber; du suchst mittlere Stufe"),
        ("es", "CASI", "Pero: es de nivel sénior, 1 nivel por encima; buscas nivel medio"),
    ],
)
def test_what_misses_by_a_level_stands_below_what_fits_and_the_mail_says_what_is_off(
    tmp_path: Path, locale: str, heading: str, off: str
) -> None:
    days = lives(tmp_path)
    ada(days, locale)
    for arriving in (job("fits"), job("above", seniority="senior"), job("far-above", seniority="principal")):
        days.publish(arriving, START)
    days.live(day(0))
    mail = text(days)
    assert mail.index("Python engineer, fits") < mail.index(heading) < mail.index("Python engineer, above")
    html = page(days)
    section = re.search(rf"<h2[^>]*>{heading}", html, re.IGNORECASE)
    assert section is not None
    assert html.index("Python engineer, fits") < section.start() < html.index("Python engineer, above")
    assert off in " ".join(mail.split())
    assert "far-above" not in mail


def test_what_only_mentions_a_skill_is_a_near_miss_by_its_words(tmp_path: Path) -> None:
    days = lives(tmp_path, curate={"least_chance": 0, "least_mail_chance": 0})
    ada(days)
    days.publish(job("fits"), START)
    days.publish(job("aside", skills=(Skill(name="Python", strength="bonus"),)), START)
    days.live(day(0))
    assert "But: only mentions Python" in text(days)


def test_near_misses_alone_are_no_mail_and_none_comes_twice(tmp_path: Path) -> None:
    days = lives(tmp_path)
    ada(days)
    days.publish(job("above", seniority="senior"), START)
    days.live(day(0))
    assert days.mails("ada@example.com") == []
    days.publish(job("second", at=START + DAY), START + DAY)
    days.publish(job("above-too", at=START + DAY, seniority="senior"), START + DAY)
    days.live(day(1))
    assert "above-too" in text(days)
    assert "above\n" not in text(days), "it is older than the digest looks back"
    days.publish(job("third", at=START + 30 * HOUR), day(1))
    days.live(day(2))
    assert "third" in text(days)
    assert "above-too" not in text(days)


def test_what_fits_another_search_that_is_not_due_waits_to_come_as_its_match(tmp_path: Path) -> None:
    days = lives(tmp_path)
    person = ada(days)
    days.store.search(person, "Python, senior", MID.model_copy(update={"seniority": ("senior",)}), now=START, hour=20)
    days.publish(job("fits"), START)
    days.publish(job("above", seniority="senior"), START)
    days.live(day(0))
    days.live(day(0) + 12 * HOUR)
    first, second = map(text_of, days.mails("ada@example.com"))
    assert "above" not in first
    assert "Python engineer, above" in second
    assert "NEARLY" not in second


def test_a_preview_shows_the_near_misses_that_the_mail_then_has(tmp_path: Path) -> None:
    days = lives(tmp_path)
    person = ada(days)
    for arriving in (job("fits"), *(job(f"above-{number}", seniority="senior") for number in range(4))):
        days.publish(arriving, START)
    days.notifier.handle(days.log)
    days.committed = len(days.log)
    store = days.store
    reader = Preview(store.matches, store.windows, store.digests, days.settings)
    foreseen = reader.of(person.subscriber_id, day(0))
    assert isinstance(foreseen, Digest)
    near = [item.posting.title for item in foreseen.near]
    days.live(day(0))
    assert len(near) == 3
    assert [title for title in near if title in text(days)] == near
    assert text(days).count("But: is at senior level") == 3
    none = Preview(store.matches, store.windows, store.digests, NotifierSettings(newest_looked_at=0))
    days.publish(job("more", at=START + DAY), day(0))
    days.publish(job("above-more", at=START + DAY, seniority="senior"), day(0))
    days.live(day(0) + HOUR)
    again = none.of(person.subscriber_id, day(1))
    assert isinstance(again, Digest)
    assert again.near == ()


def test_what_somebody_hides_is_no_near_miss(tmp_path: Path) -> None:
    days = lives(tmp_path)
    person = ada(days)
    above = job("above", seniority="senior", company=Company(name="Cobalt"))
    days.store.feedback.say(person.subscriber_id, Answer("hidden_company", fold_company("Cobalt")), START)
    days.publish(job("fits"), START)
    days.publish(above, START)
    days.live(day(0))
    assert "above" not in text(days)
