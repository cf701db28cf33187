"""Verdicts at the command line."""

import json

from schemas.criteria import Criteria
from schemas.posting import Company
from services.matcher.explain import explain_json, explain_text, pair_json
from services.rules.verdict import verdict
from tests.support.judging import floor, paying

ASKED = Criteria(salary_floor=floor(100_000), workplace=("remote",))
POSTING = paying({"EUR": 95_000}).model_copy(
    update={
        "workplace": "remote",
        "title": "Bad\x1b[31m\ntitle",
        "company": Company(name="Acme"),
        "url": "https://acme.example/1",
    }
)
FOUND = verdict(ASKED, POSTING)


def test_the_text_names_the_posting_the_verdict_and_each_reason() -> None:
    assert explain_text(ASKED, POSTING, FOUND).splitlines() == [
        "Bad [31m title, Acme (https://acme.example/1)",
        "is a near miss:",
        "  ~ salary     pays up to EUR 95,000 a year, 5 % below your floor of EUR 100,000 a year",
        "  + workplace  is remote",
    ]


def test_a_verdict_without_reasons_says_so() -> None:
    assert "nothing was asked for" in explain_text(Criteria(), POSTING, verdict(Criteria(), POSTING))


def test_a_pair_is_one_line_of_json() -> None:
    line = json.loads(json.dumps(pair_json("c1", POSTING, FOUND)))
    assert (line["criteria_id"], line["posting_id"], line["verdict"]) == ("c1", "p1", "near")
    assert [reason["criterion"] for reason in line["reasons"]] == ["salary", "workplace"]
    assert line["reasons"][0]["facts"]["annual_top"] == 95_000


def test_the_json_holds_what_was_asked() -> None:
    found = explain_json(ASKED, POSTING, FOUND)
    assert Criteria.model_validate(found["criteria"]) == ASKED
    assert found["posting"]["posting_id"] == "p1"
    json.dumps(found)
