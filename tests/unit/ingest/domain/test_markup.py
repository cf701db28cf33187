"""Markup made safe to show, and markup made text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.text.html import safe_link, sanitise, text_of, text_of_safe
from tests.support.long_form import examples


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="https://tracker.example/pixel.gif">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="//evil.example/">x</a>',
        '<a href="/relative">x</a>',
        '<p onclick="alert(1)" style="position:fixed">x</p>',
        "<iframe src=https://evil.example></iframe>",
        "<style>p{display:none}</style>",
        "<form action=https://evil.example><input name=a></form>",
        "<svg><script>alert(1)</script></svg>",
        "<!-- comment -->",
        '<a href="data:text/html,x">x</a>',
    ],
)
def test_nothing_hostile_is_left(hostile: str) -> None:
    shown = sanitise(f"<p>before</p>{hostile}<p>after</p>")
    assert "before" in shown
    assert "after" in shown
    for word in (
        "script",
        "alert",
        "<img",
        "evil",
        "onclick",
        "style",
        "iframe",
        "<form",
        "relative",
        "comment",
        "data:",
    ):
        assert word not in shown


def test_links_to_the_web_and_to_mail_are_kept() -> None:
    shown = sanitise('<a href="https://nimbus.example/jobs">a</a> <a href="mailto:jobs@nimbus.example">b</a>')
    assert 'href="https://nimbus.example/jobs"' in shown
    assert 'href="mailto:jobs@nimbus.example"' in shown
    assert "noopener" in shown


def test_text_keeps_paragraphs_and_bullets() -> None:
    html = "<h2>Tasks</h2><p>Build&nbsp;things.<br>Ship them.</p><ul><li>One</li><li><p>Two</p></li></ul><p>End</p>"
    assert text_of(html) == "Tasks\n\nBuild things.\nShip them.\n\n• One\n• Two\n\nEnd"


def test_plain_text_becomes_paragraphs() -> None:
    assert sanitise("One < two\nnext\n\nThree") == "<p>One &lt; two<br>next</p><p>Three</p>"
    assert text_of("One < two\nnext\n\nThree") == "One < two\nnext\n\nThree"


def test_text_leaves_out_scripts_styles_and_invisible_characters() -> None:
    assert text_of("<p>a\u200bb\x00c\u00ad</p><script>x</script><style>y</style>") == "abc"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "bomb", ["<div>" * 60_000, "<b>" * 60_000, "<a><div>" * 40_000, "<table><tr><td>" * 20_000, "<" * 200_000]
)
def test_nested_markup_takes_bounded_time(bomb: str) -> None:
    assert sanitise(bomb + "x") is not None
    assert isinstance(text_of(bomb + "x"), str)


def test_white_space_between_blocks_adds_no_line() -> None:
    markup = "<ul>\n <li>One</li>\n <li><p>Two</p>\n<ul><li>Inner</li></ul></li>\n</ul>\n<p>End</p>"
    assert text_of(markup) == "• One\n• Two\n• Inner\n\nEnd"


def test_preformatted_lines_stay_apart() -> None:
    assert text_of("<pre>one\n two</pre><p>three\nfour</p>") == "one\ntwo\nthree four"


def test_blocks_that_are_not_shown_still_break_lines() -> None:
    markup = "<article><header>One</header><main>Two</main></article><form>Three</form>"
    assert text_of(markup) == "One\nTwo\nThree"
    assert sanitise("<form><b>x</b></form>") == "<div><b>x</b></div>"


def test_what_looks_like_a_tag_in_words_or_links_stays_words() -> None:
    assert text_of("<p>a &lt;li&gt; b &amp;lt; c</p>") == "a <li> b &lt; c"
    assert text_of('<p><a href="https://nimbus.example/?q=<li>&gt;">jobs</a></p>') == "jobs"
    assert text_of('<p title="a > b" lang="en">c</p>') == "c"


def test_invisible_characters_go_however_they_are_written() -> None:
    assert sanitise("<p>a&#8203;b&shy;c\ud800</p>") == "<p>abc</p>"
    assert sanitise("<p>&\u200blt;script&\u200bgt;</p>") == "<p>&amp;lt;script&amp;gt;</p>"


_PIECES = st.sampled_from([
    "<p>", "</p>", "<li>", "</li>", "<ul>", "<a href='https://nimbus.example/<p>\">'>", "</a>", "<br>", "<pre>",
    "</pre>", "<td>", "<table>", "<form>", "&lt;p&gt;", "&amp;", "&nbsp;", "words", " ", "\n", "<", ">",
    "\u200b", "<svg>", "<textarea>", "<select>",
    "<math>", "<script>", "<!--", "-->", "<style>", "<p title='<'>", "&#8203;", "\ud800", "<b>",
])  # fmt: skip


@settings(max_examples=examples(300))
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map("".join)))
def test_any_markup_becomes_safe_markup_and_clean_lines(markup: str) -> None:
    safe = sanitise(markup)
    links = r'<a(?: href="(?:https?|mailto):[^"]*")? rel="noopener noreferrer">'
    assert "<" not in re.sub(r"</?[a-z0-9]+>", "", re.sub(links, "", safe))
    text = text_of_safe(safe)
    assert text == text_of(markup)
    assert "\n\n\n" not in text
    assert all(line == " ".join(line.split()) for line in text.split("\n"))


def test_markup_that_was_escaped_in_part_is_read_as_markup() -> None:
    escaped = (
        "&lt;p&gt;Tasks&lt;/p&gt;&lt;ul&gt;&lt;li&gt;One&lt;/li&gt;&lt;/ul&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    )
    assert text_of(f"{escaped}<p>Find more jobs</p>") == "Tasks\n\n• One\n\nFind more jobs"
    assert "script" not in sanitise(f"{escaped}<p>Find more jobs</p>")


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.example",
        "http://acme.example/a?b=c#d",
        "https://acme.example:8443/a b",
        "https://acme.example/@team/ü?mail=a@b.example",
    ],
)
def test_addresses_of_the_web_are_links_as_they_stand(address: str) -> None:
    assert safe_link(f" {address}\n") == safe_link(address) == address


def test_a_host_beyond_ascii_is_linked_as_it_is_looked_up() -> None:
    assert safe_link("https://müller.example/ü") == "https://xn--mller-kva.example/ü"


def test_a_link_in_a_description_goes_where_it_seems_to_go() -> None:
    clean = sanitise(
        '<p><a href="https://bank.example@evil.example/">a</a> <a href="https://bank.example\\@evil.example">b</a> '
        '<a href="https://\u0430pple.example/x">c</a> <a href="mailto:jobs@acme.example">d</a></p>'
    )
    assert "evil.example" not in clean
    assert 'href="https://xn--pple-43d.example/x"' in clean
    assert 'href="mailto:jobs@acme.example"' in clean


@pytest.mark.parametrize(
    "address",
    ["", "acme.example", "//acme.example/a", "https:///a", "https://[a", "ftp://acme.example", "mailto:a@b.example"],
)
def test_what_is_no_address_of_the_web_is_no_link(address: str) -> None:
    assert safe_link(address) is None
