"""No bytes make a format raise, and what it gives is plain JSON."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ingest.adapters.formats.registry import detect, format_named, named_formats
from services.ingest.details import details_in
from services.ingest.ports import Format
from tests.support.board_bodies import (
    arbeitnow,
    arbeitnow_job,
    hackernews,
    hackernews_hit,
    hackernews_tree,
    jobicy,
    jobicy_job,
    jobicy_job_of_2024,
    recruitee_offer,
    remotive,
    remotive_job,
    smartrecruiters,
    smartrecruiters_detail,
    smartrecruiters_posting,
    themuse,
    themuse_job,
    workable,
    workable_job,
)
from tests.support.feed_bodies import (
    ashby,
    ashby_job,
    greenhouse,
    greenhouse_job,
    himalayas,
    himalayas_item,
    himalayas_job,
    himalayas_rss,
    job_posting,
    lever,
    lever_posting,
    page,
    remoteok,
    remoteok_job,
    wwr,
    wwr_item,
)
from tests.support.feed_damage import ANY_JSON, check_items, damaged
from tests.support.long_form import examples

RSS = b'<rss version="2.0"><channel><title>B</title><item><title>T</title><guid>1</guid></item></channel></rss>'
JSON_FEED = (
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "T", "_x": {"salary": "1"}}]}'
)
LINES = b'{"id": "1", "title": "T", "company": "C", "url": "u", "timezones": [1], "skills": ["a"]}\n{"x": 1}'
SEEDS: dict[str, list[bytes]] = {
    "himalayas": [himalayas(himalayas_job(1), himalayas_job(2))],
    "himalayas_rss": [himalayas_rss(himalayas_item(1), himalayas_item(2)).encode()],
    "weworkremotely": [wwr(wwr_item(1), wwr_item(2)).encode()],
    "remoteok": [remoteok(remoteok_job(1), remoteok_job(2))],
    "remotive": [remotive(remotive_job(1), remotive_job(2))],
    "jobicy": [jobicy(jobicy_job(1), jobicy_job_of_2024(2)), json.dumps(jobicy_job(3)).encode()],
    "arbeitnow": [arbeitnow(arbeitnow_job(1), arbeitnow_job(2), following=True)],
    "themuse": [themuse(themuse_job(1), themuse_job(2, "Flexible / Remote")), json.dumps(themuse_job(3)).encode()],
    "hackernews": [
        hackernews(hackernews_hit("A | Cook (https://a.example) | Remote | $5k"), hackernews_hit(objectID="2")),
        hackernews_tree(hackernews_hit(objectID="3"), hackernews_hit(objectID="4")),
    ],
    "greenhouse": [
        greenhouse(greenhouse_job(1), greenhouse_job(2)),
        json.dumps(greenhouse_job(3, pay_input_ranges=[{"min_cents": 5}])).encode(),
    ],
    "lever": [lever(lever_posting(1), lever_posting(2))],
    "ashby": [ashby(ashby_job(1), ashby_job(2))],
    "workable": [workable(workable_job("A"), workable_job("B"), workable_job("A"))],
    "smartrecruiters": [
        smartrecruiters(smartrecruiters_posting(1), smartrecruiters_posting(2)),
        smartrecruiters_detail(3),
    ],
    "jsonld": [page(job_posting(), {"@graph": [job_posting(identifier="2")]}).encode()],
    "syndication": [RSS, JSON_FEED],
    "posting_lines": [LINES],
}
SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "feeds"
for board in (known for known in named_formats() if known.name not in SEEDS):
    SEEDS[board.name] = [body for body in map(Path.read_bytes, sorted(SAMPLES.iterdir())) if board.detects(body)]
FRAGMENTS = [
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"null", b"true", b"-1", b"1e999", b"NaN", b"{}", b"[]", b'""'),
    *(b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE a [", b"&a;", b"&#0;", b"\\ud800", b"\x00"),
    *(b"\xff", b"\xef\xbb\xbf", b"\n", b"<script type='application/ld+json'>", b"</script>", b'"@id":', b'"@graph":'),
]


def check(known: Format, body: bytes) -> None:
    """All that a poll does with a body."""
    check_items(known, body)
    known.next_page("https://feed.example/jobs?limit=2", body)
    if known.details is not None:
        added = details_in(body, known.details)
        assert added is None or added.keys() <= known.details.members


@pytest.mark.parametrize("known", named_formats(), ids=lambda known: known.name)
@settings(max_examples=examples(60), deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_feed_raises_nothing(known: Format, data: st.DataObject) -> None:
    check(known, data.draw(st.sampled_from(SEEDS[known.name]).flatmap(lambda body: damaged(body, FRAGMENTS))))


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("himalayas", himalayas_job()),
        ("remoteok", remoteok_job()),
        ("greenhouse", greenhouse_job(pay_input_ranges=[])),
        ("lever", lever_posting()),
        ("ashby", ashby_job(compensation={})),
        ("remotive", remotive_job()),
        ("jobicy", jobicy_job()),
        ("jobicy", jobicy_job_of_2024()),
        ("arbeitnow", arbeitnow_job()),
        ("workable", workable_job()),
        ("smartrecruiters", json.loads(smartrecruiters_detail())),
        ("recruitee", recruitee_offer()),
        ("jsonld", job_posting(jobLocation={})),
    ],
)
@settings(max_examples=examples(60), deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_field_of_any_kind_raises_nothing(name: str, job: dict[str, object], data: st.DataObject) -> None:
    fields = data.draw(st.lists(st.sampled_from(sorted(job)), min_size=1, max_size=4))
    odd = job | {field: data.draw(ANY_JSON) for field in fields}
    array = getattr(format_named(name), "array", None)
    check(format_named(name), json.dumps([odd] if array is None else {array: [odd]}).encode())


@settings(max_examples=examples(150), deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(b"".join))
def test_any_bytes_are_detected_by_one_format_at_most_and_cut_by_all(body: bytes) -> None:
    assert sum(known.detects(body) for known in named_formats()) <= 1
    detect(body)
    for known in named_formats():
        if known.name != "syndication":
            check(known, body)


@settings(max_examples=examples(40), deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=6), max_size=20).map(b"".join))
def test_any_bytes_within_a_feed_raise_nothing(inner: bytes) -> None:
    check(
        next(known for known in named_formats() if known.name == "syndication"),
        b"<rss><channel>" + inner + b"</channel></rss>",
    )


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_each_sound_body_is_detected_by_its_format_alone(name: str) -> None:
    for body in SEEDS[name]:
        assert [known.name for known in named_formats() if known.detects(body)] == [name]
