"""Digests as pages to look at."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import links_for
from services.usecases.simulation.report import BrowsableMail, in_scheme, write_pages
from tests.support.digests import NOON, SENDER, rich_digest

PAGE = JinjaRenderer(SENDER).render


def mail(number: int = 1, **changes: Any) -> BrowsableMail:
    made = rich_digest()
    page = PAGE(made, links_for(made, "https://jobs.harbour.example", b"secret"))
    fields: dict[str, Any] = {
        "delivery_id": f"d-{number}",
        "recipient": "Inês",
        "time_zone": "Asia/Tokyo",
        "about": "EUR, 2 searches",
        "due_at": NOON + timedelta(days=number),
        "subject": page.subject,
        "preheader": page.preheader,
        "html": page.html,
        "eml_path": f"mails/d-{number}.eml",
        "postings": 5,
        "near": 2,
        "left_out": 0,
    }
    return BrowsableMail(**(fields | changes))


def tree(index: Path) -> Any:
    return lxml_html.fromstring(index.read_text(encoding="utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_index_lists_every_mail_with_its_local_time_and_its_pages_exist(tmp_path: Path) -> None:
    index = write_pages(tmp_path, "Digests", [mail(1), mail(2, recipient="Bo", postings=1, near=0, left_out=3)])
    root = tree(index)
    shown = [" ".join(row.text_content().split()) for row in root.xpath("//li")]
    assert shown[0].endswith("Bo · Wed 16 Sep, 21:00 · 1 posting · 3 more")
    assert shown[1].endswith("Inês · Tue 15 Sep, 21:00 · 5 postings · 2 near")
    for row in root.xpath("//li"):
        for scheme in ("light", "dark"):
            assert (tmp_path / f"{row.get('data-page')}.{scheme}.html").is_file()


def test_the_same_mails_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    mails = [mail(1), mail(2), mail(3, recipient="Bo")]
    write_pages(tmp_path / "a", "Digests", mails)
    write_pages(tmp_path / "b", "Digests", list(reversed(mails)))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_nothing_is_loaded_from_elsewhere_and_links_are_relative(tmp_path: Path) -> None:
    root = tree(write_pages(tmp_path, "Digests", [mail()]))
    addresses = [*root.xpath("//@href"), *root.xpath("//@src"), *root.xpath("//@data-page"), *root.xpath("//@data-eml")]
    assert addresses
    assert not [address for address in addresses if ":" in address or address.startswith("/")]


def test_names_and_subjects_stay_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'"
    root = tree(
        write_pages(tmp_path, evil, [mail(recipient=evil, subject=evil, about=evil, preheader=evil)], note=evil)
    )
    assert len(root.xpath("//script")) == 1
    assert root.xpath("//li/@data-person") == [evil]


def test_a_page_is_light_or_dark_whatever_the_browser_prefers() -> None:
    page = mail().html
    light, dark = in_scheme(page, "light"), in_scheme(page, "dark")
    assert "@media all" in dark
    assert "@media not all" in light
    for forced, scheme in ((light, "light"), (dark, "dark")):
        assert "prefers-color-scheme" not in forced
        assert "light dark" not in forced
        assert f'name="color-scheme" content="{scheme}"' in forced


def test_without_mails_the_index_says_so(tmp_path: Path) -> None:
    assert "No mail was sent" in tree(write_pages(tmp_path, "Digests", [])).text_content()
