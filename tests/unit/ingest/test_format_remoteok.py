"""Remote OK: notice, beacon, mojibake, zero for unknown."""

import json
from decimal import Decimal

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.adapters.formats.remoteok import mended, without_beacon
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Broken, Item, Skip
from tests.support.feed_bodies import beacon, draft, parts, remoteok, remoteok_job, texts

REMOTE_OK = format_named("remoteok")


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("remoteok", remoteok(remoteok_job()))
    assert (made.source_id, made.title, made.company) == ("1059249", "Senior Backend Engineer", "Nimbus Fern")
    assert made.html == "<p>Build it.</p>"
    assert texts(made.skills) == ["golang", "senior"]
    assert texts(made.locations) == ["Berlin"]
    assert made.pay == (
        PayBand("salary_min, salary_max", Decimal(70000), Decimal(110000), "USD", "year", kind="estimate"),
    )
    assert made.posted_at == "2024-12-03T21:15:04+00:00"
    assert made.workplace == made.restriction == (), "the board lists on-site jobs too"


def test_the_legal_notice_is_skipped_wherever_it_stands() -> None:
    assert parts("remoteok", remoteok()) == [Skip("the board's legal notice")]
    assert detect(remoteok()) is REMOTE_OK
    moved = json.dumps([remoteok_job(), {"legal": "…"}]).encode()
    assert [type(part) for part in parts("remoteok", moved)] == [Item, Skip]
    assert detect(moved) is REMOTE_OK


def test_an_empty_row_is_skipped_with_its_id() -> None:
    row = remoteok_job(1057180, company="", position="", tags=[], description=beacon("FUN", "Rxx=="))
    assert parts("remoteok", remoteok(row))[1] == Skip(
        "an empty row of the board: no position, no company", "1057180", is_unread=True
    )


def test_a_row_without_an_id_is_broken() -> None:
    fault = parts("remoteok", remoteok(remoteok_job(id="")))[1]
    assert isinstance(fault, Broken)
    assert '"id"' in fault.reason


@pytest.mark.parametrize(
    ("low", "high", "bounds"), [(0, 0, None), (0, 90000, (None, 90000)), (50000, 0, (50000, None))]
)
def test_zero_is_unknown_pay(low: int, high: int, bounds: tuple[int | None, int | None] | None) -> None:
    pay = draft("remoteok", remoteok(remoteok_job(salary_min=low, salary_max=high))).pay
    assert [(band.min, band.max) for band in pay] == ([] if bounds is None else [bounds])


@pytest.mark.parametrize(("served", "locations"), [("Harbourton, ", ["Harbourton"]), ("", []), (" , ", [])])
def test_a_location_loses_its_trailing_comma(served: str, locations: list[str]) -> None:
    assert texts(draft("remoteok", remoteok(remoteok_job(location=served))).locations) == locations


@pytest.mark.parametrize(
    ("garbled", "meant"),
    [
        ("Florianópolis".encode().decode("latin-1"), "Florianópolis"),
        ("Florianópolis".encode().decode("cp1252"), "Florianópolis"),
        ("days…".encode().decode("latin-1"), "days…"),
        ("itâ€™s â€œsoâ€\x9d", "it’s “so”"),
        ("naïve ’ café – 100 €", "naïve ’ café – 100 €"),
        ("São Paulo ’ " + "Łódź".encode().decode("latin-1"), "São Paulo ’ Łódź"),
        ("🎉".encode().decode("latin-1"), "🎉"),
        ("Ã at the end Ã", "Ã at the end Ã"),
    ],
)
def test_mojibake_is_mended_run_by_run_and_sound_text_left(garbled: str, meant: str) -> None:
    assert mended(garbled) == meant


def test_mojibake_is_mended_in_every_text() -> None:
    garbled = "Café".encode().decode("latin-1")
    job = remoteok_job(
        position=garbled, company=garbled, location=garbled, description=f"<p>{garbled}</p>", tags=[garbled]
    )
    made = draft("remoteok", remoteok(job))
    assert {made.title, made.company, *texts(made.locations), *texts(made.skills)} == {"Café"}
    assert made.html == "<p>Café</p>"


@pytest.mark.parametrize("tag", ["RMTI3LjAuMC4x", "RMTkyLjAuMi4xMjM0NTY3ODk==", "ROjox"])
def test_the_beacon_is_gone_from_the_text_and_the_fingerprint(tag: str) -> None:
    row = remoteok_job(description="<p>Build.</p>" + beacon("NOBLE", tag))
    assert tag not in draft("remoteok", remoteok(row)).html
    assert tag not in json.dumps(REMOTE_OK.fingerprint(row))
    assert "mention the word" not in json.dumps(REMOTE_OK.fingerprint(row))


def test_two_fetches_of_one_job_have_one_fingerprint_and_an_edit_another() -> None:
    row = remoteok_job(description="<p>Build.</p>" + beacon("NOBLE", "RMTI3LjAuMC4x"))
    again = remoteok_job(description="<p>Build.</p>" + beacon("MARVELS", "RMTAuMC4wLjE="))
    edited = remoteok_job(description="<p>Build well.</p>" + beacon("NOBLE", "RMTI3LjAuMC4x"))
    assert REMOTE_OK.fingerprint(row) == REMOTE_OK.fingerprint(again)
    assert REMOTE_OK.fingerprint(row) != REMOTE_OK.fingerprint(edited)


def test_a_text_that_only_resembles_the_beacon_stays() -> None:
    text = "<p>Please mention the word **Python** in your letter.</p>"
    assert without_beacon(text) == text


def test_entities_and_repeats_are_tidied() -> None:
    made = draft("remoteok", remoteok(remoteok_job(company="Fern &amp; Co", tags=["golang", "golang", "ops"])))
    assert made.company == "Fern & Co"
    assert texts(made.skills) == ["golang", "ops"]


def test_an_original_posting_links_off_the_board() -> None:
    made = draft(
        "remoteok", remoteok(remoteok_job(original=True, url="https://a.example/1", apply_url="https://a.example/2"))
    )
    assert (made.url, made.apply_url) == ("https://a.example/1", "https://a.example/2")
