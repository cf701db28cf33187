"""An email as bytes."""

from datetime import timedelta, timezone
from email import message_from_bytes, policy
from email.header import Header, decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.ports import Email
from tests.support.digests import NOON, email

_MAILED = st.characters(codec="utf-8")


def parsed(message: Email) -> EmailMessage:
    read = message_from_bytes(mime_bytes(message), policy=policy.SMTPUTF8)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_the_same_email_is_the_same_bytes() -> None:
    assert mime_bytes(email()) == mime_bytes(email())
    assert mime_bytes(email()) != mime_bytes(email(delivery_id="d-0002"))


def test_it_reads_back_as_it_was_written() -> None:
    message = parsed(email())
    assert message["Subject"] == "3 new Python jobs"
    assert str(message["From"]) == "Harbour Jobs <alerts@harbour.example>"
    assert message["To"] == "ines@mail.example"
    assert message["Date"].datetime == NOON
    assert message["Message-ID"].endswith("@harbour.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<job-alerts.harbour.example>"
    assert message["MIME-Version"] == "1.0"


def test_text_comes_before_html_and_both_are_whole() -> None:
    message = parsed(email())
    assert [alternative.get_content_type() for alternative in message.iter_parts()] == ["text/plain", "text/html"]
    assert part(message, "plain").replace("\r\n", "\n") == email().text
    assert part(message, "html") == email().html


_RUNS = st.lists(
    st.tuples(st.sampled_from(("x", "=", "é", " ", "\t", "\n", ".", "\x0b", "\x85")), st.integers(0, 80)), max_size=8
).map(lambda runs: "".join(letter * often for letter, often in runs))


@given(st.text(_MAILED) | _RUNS, st.text(_MAILED) | _RUNS)
@example("", "")
@example("one\rtwo\r\nthree \n\n", "a line = of \t\n" + "x" * 75 + "é\n.\nFrom me\n")
@example("x" * 74 + " ", "x" * 75 + " \n" + "x" * 73 + "==")
def test_parts_are_read_as_they_were_and_cut_to_lines_of_76(text: str, html: str) -> None:
    made = mime_bytes(email(text=text, html=html))
    message = parsed(email(text=text, html=html))
    for written, kind in ((text, "plain"), (html, "html")):
        lines = written.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert part(message, kind).replace("\r\n", "\n") == "\n".join(line.rstrip(" \t") for line in lines)
    body = made[made.index(b"\r\n\r\n") :]
    assert all(len(line) <= 76 and line.rstrip() == line for line in body.split(b"\r\n"))
    assert not {*b"\r\n"} & {*body.replace(b"\r\n", b"")}


@given(st.text("ab ,.-9", max_size=90))
@example("a" * 67)
@example("a" * 68)
def test_a_plain_subject_is_the_bytes_of_the_library(subject: str) -> None:
    line = " ".join(subject.split())
    folded = Header(line, "us-ascii", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")
    if all(len(word) < 67 for word in line.split()):
        assert f"Subject: {folded}\r\n".encode() in mime_bytes(email(subject=subject))


def test_the_date_is_written_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert mime_bytes(email(date=there)) == mime_bytes(email())


def test_unsubscribing_takes_one_click_over_https() -> None:
    message = parsed(email())
    assert message["List-Unsubscribe"] == f"<{email().unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"List-Unsubscribe: <https://jobs.harbour.example/u/" in mime_bytes(email())


@pytest.mark.parametrize("url", ["", "http://jobs.example/u/x", "mailto:x@y.example", "https://a.example/>\r\nX: y"])
def test_without_a_sound_https_address_it_is_not_offered(url: str) -> None:
    message = parsed(email(unsubscribe_url=url))
    assert "List-Unsubscribe" not in message
    assert "List-Unsubscribe-Post" not in message


@pytest.mark.parametrize(
    "subject",
    [
        "3 neue Jobs für Geräteführer, bester Lohn 95.000 € im Jahr, und noch vieles mehr, was hier steht",
        "مهندس بايثون",
        "=?utf-8?q?not_encoded?=",
        "a" * 200,
        "日本語" * 60,
        "",
        "😀" * 40,
    ],
)
def test_any_subject_survives_in_lines_that_mail_servers_take(subject: str) -> None:
    data = mime_bytes(email(subject=subject))
    assert parsed(email(subject=subject))["Subject"] == subject
    head = data.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Jobs",
        'The "Best" \\ Jobs',
        "Doe, Jane",
        "Häfen, Jobs & “Co”",
        "x" * 110,
        "Ä" * 110,
        "a@b.example",
        "=?utf-8?q?x?=",
    ],
)
def test_any_sender_name_is_one_mailbox(name: str) -> None:
    field = message_from_bytes(mime_bytes(email(sender_name=name)))["From"]
    shown, address = parseaddr(field)
    assert address == "alerts@harbour.example"
    assert str(make_header(decode_header(shown))) == name


def test_line_ends_are_crlf_throughout() -> None:
    data = mime_bytes(email(text="a\nb\r\nc\rd", html="<p>\n</p>"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")


def test_no_line_is_longer_than_mail_allows() -> None:
    data = mime_bytes(email(text="x" * 5_000, html="<p>" + "é" * 5_000))
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_half_characters_do_no_harm() -> None:
    assert "?" in part(parsed(email(text="half \udcc3", subject="\ud800 half")), "plain")


def test_extra_headers_are_added_but_none_of_ours_replaced() -> None:
    assert parsed(email(headers=(("Feedback-ID", "digest:daily:jobs"),)))["Feedback-ID"] == "digest:daily:jobs"
    for name in ("bcc", "From", "Content-Type", "X: y\r\nBcc", "", "Date "):
        with pytest.raises(ValueError, match="cannot be added"):
            mime_bytes(email(headers=((name, "x"),)))


def test_a_foreign_domain_is_written_in_ascii() -> None:
    assert b"To: ana@xn--bcher-kva.example\r\n" in mime_bytes(email(to_address="ana@bücher.example"))
