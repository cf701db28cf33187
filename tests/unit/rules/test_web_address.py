"""A link of a stranger goes where a reader sees that it goes, or is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.web_address import job_address, web_address
from tests.support.digests import posting


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example",
        "http://acme.example:8080/jobs/1?ref=a@b.example#top",
        "https://medium.example/@acme/jobs",
        "https://acme.example/\u00fc",
        "https://[2001:db8::1]/jobs",
        "https://xn--mller-kva.example/",
    ],
)
def test_plain_addresses_stay_as_they_are(url: str) -> None:
    assert web_address(url) == web_address(f" {url}\n") == url


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://m\u00fcller.example/a", "https://xn--mller-kva.example/a"),
        (
            "https://\u0430pple.example:8443/",
            "https://xn--pple-43d.example:8443/",
        ),  # a Cyrillic letter among Latin ones
        ("https://\uff41\uff43\uff4d\uff45.example/", "https://acme.example/"),
    ],
)
def test_a_host_beyond_ascii_is_written_as_it_is_looked_up(url: str, written: str) -> None:
    assert web_address(url) == written


@pytest.mark.parametrize(
    "url",
    [
        None, "", "acme.example", "//acme.example/a", "https:///a", "https://[a", "ftp://acme.example",
        "mailto:a@b.example", "javascript:alert(1)",
        "https://bank.example@evil.example/", "https://bank.example:443@evil.example/", "https://@evil.example/",
        "https://bank.example\\@evil.example/", "https://acme.example/a\\b", "https:\\\\evil.example",
        "https://bank.example%2f@evil.example/", "https://bank.example%2eevil.example/",
        "https://acme.example/\u202egnp.exe", "https://acme.example/\U000e0041", "https://ac\u200bme.example/",
        "https://acme.example/a b", "https://acme.example/\"onclick", "https://acme.example:99999/",
        "https://\u2044.example/", f"https://acme.example/{'a' * 2_000}",
    ],
)  # fmt: skip
def test_what_could_mislead_is_no_link(url: str | None) -> None:
    assert web_address(url) == ""


@given(st.text(max_size=60), st.sampled_from(["https://", "http://", "https://a.example", "https://a@b.example/"]))
def test_whatever_comes_out_comes_out_again_and_names_no_user(rest: str, begin: str) -> None:
    written = web_address(begin + rest)
    assert web_address(written) == written
    assert "@" not in written.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    assert "\\" not in written


@pytest.mark.parametrize(
    ("url", "apply_url", "link"),
    [
        ("https://acme.example/1", "https://acme.example/apply", "https://acme.example/1"),
        ("https://acme.example/a b", None, "https://acme.example/a%20b"),
        ("https://bank.example@evil.example/", "https://acme.example/apply", "https://acme.example/apply"),
        ("https://bank.example@evil.example/", None, ""),
        (None, None, ""),
    ],
)
def test_a_job_is_reached_by_the_first_of_its_addresses_that_can_be_followed(
    url: str | None, apply_url: str | None, link: str
) -> None:
    assert job_address(posting(url=url, apply_url=apply_url)) == link
