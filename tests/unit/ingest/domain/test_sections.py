"""Which part of a posting a sentence stands in."""

import pytest

from services.ingest.domain.text.anchors import stretches
from services.rules.sections import document_of


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Requirements", "requirements"),
        ("WHAT WE'RE LOOKING FOR:", "requirements"),
        ("Who you are", "requirements"),
        ("About you", "requirements"),
        ("Dein Profil", "requirements"),
        ("Requisitos", "requirements"),
        ("What we need", "requirements"),
        ("You might be a good fit if you", "requirements"),
        ("Essential criteria", "requirements"),
        ("Wen wir suchen", "requirements"),
        ("O que procuramos", "requirements"),
        ("必要な経験/スキル", "requirements"),
        ("Nice to have", "nice"),
        ("Even better if you have", "nice"),
        ("What sets you apart", "nice"),
        ("Preferred qualifications", "nice"),
        ("Helpful, but not necessary", "nice"),
        ("Kein Muss, aber schön", "nice"),
        ("Compétences appréciées", "nice"),
        ("Profil souhaité", "requirements"),
        ("Requisitos desejáveis", "nice"),
        ("Requisitos no excluyentes", "nice"),
        ("Responsibilities", "duties"),
        ("🎯 What you’ll do", "duties"),
        ("Deine Aufgaben", "duties"),
        ("Vos responsabilités", "duties"),
        ("Responsabilidades", "duties"),
        ("About this position", "duties"),
        ("About the payments role", "duties"),
        ("Benefits & perks", "benefits"),
        ("Was wir bieten", "benefits"),
        ("Benefits administration", "opening"),
        ("Why this is hard", "opening"),
        ("About us", "about"),
        ("Who we are", "about"),
        ("Equal opportunity employer", "legal"),
        ("How to apply", "process"),
        ("Pay range", "pay"),
        ("Salário", "pay"),
        ("Retribuzione", "pay"),
        ("What you'll get to do", "duties"),
        ("Why this matters", "opening"),
        ("Other openings", "others"),
        ("You could work anywhere. Why us?", "benefits"),
        ("What Nimbus Fern offers you", "benefits"),
        ("How we invest in you", "benefits"),
        ("Pourquoi rejoindre notre équipe ?", "benefits"),
        ("Our founders", "about"),
        ("Backed by the best", "about"),
        ("Nimbus Fern by the numbers", "about"),
        ("Our customers", "about"),
        ("Our stack", "duties"),
        ("We'd love to hear from you if", "requirements"),
        ("What this is not", "others"),
    ],
)
def test_headings_of_several_languages(heading: str, kind: str) -> None:
    document = document_of("", f"Opening words.\n{heading}\nThe words in question.")
    assert document.kind_at(document.text.index("question")) == kind
    assert document.kind_at(0) == "opening"


@pytest.mark.parametrize(
    ("line", "kind"), [("Salary: 50,000 plus bonus", "pay"), ("Location: remote, Berlin preferred", "place")]
)
def test_a_line_that_says_where_or_how_much_itself_interrupts_a_section(line: str, kind: str) -> None:
    document = document_of("", f"Requirements\nFive years.\n{line}\nThe words in question.")
    assert document.kind_at(document.text.index(line)) == kind
    assert document.kind_at(document.text.index("question")) == "requirements"


@pytest.mark.parametrize(
    "line",
    [
        "Knowledge of Kafka is a plus",
        "A degree in physics (doctorate preferred)",
        "Kenntnisse in Kafka sind von Vorteil",
        "Bonus: experience with Kafka",
        "- Kafka preferred",
        "Bonus points for knowing Kafka.",
    ],
)
def test_a_line_that_calls_something_a_plus_is_no_heading(line: str) -> None:
    document = document_of("", f"Requirements\nFive years.\n{line}\nThe words in question.")
    assert document.kind_at(document.text.index(line)) == "nice"
    assert document.kind_at(document.text.index("question")) == "requirements"


@pytest.mark.parametrize(
    "line",
    [
        "It would be great if you also had:",
        "Bonus points if you have worked with any of these.",
        "We do not expect it of anybody, but it would be a great plus if you had already worked with some of these:",
        "What would be a plus",
        "We also value:",
    ],
)
def test_a_sentence_before_a_list_announces_what_is_nice_to_have(line: str) -> None:
    document = document_of("", f"Requirements\n• Five years.\n\n{line}\n\n• The words in question")
    assert document.kind_at(document.text.index("question")) == "nice"


def test_an_unknown_heading_leaves_the_section_as_it_is() -> None:
    document = document_of("", "Responsibilities\nBuild.\nCollaboration\nTalk to people.")
    assert document.kind_at(document.text.index("Talk")) == "duties"


def test_a_heading_in_front_of_its_sentence_counts() -> None:
    document = document_of(
        "", "Requirements: you know the craft and have done it for three years or more, in teams of any size."
    )
    assert document.kind_at(40) == "requirements"


def test_own_words_leave_out_what_every_posting_of_an_employer_repeats() -> None:
    own = "Responsibilities\n" + "Lay the cables of the harbour with care. " * 15
    document = document_of("", f"{own}\nBenefits\nFree fruit for all.\nAbout us\nWe were founded long ago.")
    assert "cables" in document.own_words
    assert "fruit" not in document.own_words


def test_stretches_around_words_overlap_into_one_and_stay_inside_the_text() -> None:
    document = document_of("", "remote remote" + "x" * 200 + "REMOTE")
    assert list(stretches(document, "remote", before=10, after=20)) == [(0, 27), (203, 219)]


@pytest.mark.parametrize(
    "line",
    [
        "Partner on data, privacy and AI",
        "Support the team",
        "Read the company policies",
        "Knowledge sharing",
        "Customer experience",
        "Job requisition ID",
    ],
)
def test_a_line_about_the_work_ends_no_section(line: str) -> None:
    document = document_of("", f"Responsibilities\nBuild.\n{line}\nThe words in question.")
    assert document.kind_at(document.text.index("question")) == "duties"


@pytest.mark.parametrize("line", ["Step 3: Submissions", "Commission"])
def test_a_word_in_another_word_begins_no_section(line: str) -> None:
    document = document_of("Account Executive", f"Interviews\n{line}\nYou meet us.")
    assert document.kind_at(document.text.index("You meet")) == "process"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "You get 401(k) and parental leave.",
        "Wir schauen nicht auf sexuelle Orientierung.",
        "Tickets-restaurant et congés payés.",
        "Retribución flexible y días de vacaciones.",
        "Vale-refeição e plano odontológico.",
    ],
)
def test_of_the_work_is_what_stands_neither_under_such_a_heading_nor_in_such_a_sentence(elsewhere: str) -> None:
    text = f"What you will do\nYou nurse people. {elsewhere} You teach.\nBenefits\nFree fruit.\nRequirements\nPatience."
    work = document_of("Nurse", text).of_work
    assert [said in work for said in ("You nurse people.", "You teach.", "Patience.")] == [True] * 3
    assert [said in work for said in (elsewhere, "Free fruit.")] == [False] * 2
    assert document_of("Nurse", "You nurse people.").of_work == "You nurse people."
