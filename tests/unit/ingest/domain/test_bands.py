"""The level that a pay band of the British health service tells."""

import pytest

from tests.support.drafting import normalised

NHS = "You join a ward of Leeds Teaching Hospitals NHS Trust."


def paragraphs(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.splitlines())


@pytest.mark.parametrize(
    ("title", "text", "level"),
    [
        ("Physiotherapist - Band 6", NHS, "senior"),
        ("Band 7 Occupational Therapist", NHS, "lead"),
        ("Band 8a - Matron", NHS, "lead"),
        ("Clinical Psychologist (Band 8b)", NHS, "principal"),
        ("Bank Speech Therapist, Band 6/7", NHS, "senior"),
        ("Occupational Therapist Band 5/6", NHS, None),
        ("Staff Nurse, Band 5", NHS, None),
        ("Healthcare Assistant (Band 3)", NHS, None),
        ("Senior Physiotherapist Band 7", NHS, "senior"),
        ("Pharmacist", "Pay: Agenda for Change Band 8a, plus London weighting.", "lead"),
        ("Dietitian", f"{NHS}\nPay band: Band 6\n37.5 hours", "senior"),
        ("Dietitian", f"{NHS}\nYou teach colleagues of band 4, and our band 7 leads you.", None),
        # Who only works beside the health service has bands of their own.
        ("Music Teacher, Band 6", "The county's music service, a partner of the local NHS Trust.", None),
        ("Social Worker Band 7", "The council works with NHS colleagues.", None),
        ("Dietitian, Band 6", "York Hospitals NHS Foundation Trust", "senior"),
        ("Statutory Planner - Band 6", "The shire council, in Victoria.", None),
        ("Rhythm Guitarist, Band 7", "Our band plays weddings.", None),
    ],
)
def test_a_band_tells_the_level(title: str, text: str, level: str | None) -> None:
    assert normalised(title, paragraphs(text)).seniority == level


def test_the_band_is_the_evidence() -> None:
    posting = normalised("Dietitian", paragraphs(f"{NHS}\nPay band: Band 6\n37.5 hours"))
    (evidence,) = posting.evidence["seniority"]
    assert evidence.source == "text"
    assert "band 6" in evidence.text.lower()
