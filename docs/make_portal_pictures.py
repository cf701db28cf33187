"""Take a picture of every page of the portal: `python -m docs.make_portal_pictures FOLDER`.

At 320, 768 and 1280 px, light and dark, in two languages; needs Chromium. Two of them are docs/images/portal-*.png.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.portal_pages import every_page, visit
from tests.support.walking import open_browser

WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
TALL = 800


def main() -> None:
    """Write NAME-LANGUAGE-WIDTH-SCHEME.png of each page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--languages", default="en,de", help="which, with commas")
    parser.add_argument("--pages", default="", help="which, with commas; empty: all")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with open_browser() as browser:
        for language in given.languages.split(","):
            shoot(browser, language, {*filter(None, given.pages.split(","))}, given.folder)


def shoot(browser: Browser, language: str, names: set[str], folder: Path) -> None:
    """The pages of those names, or all, in a language."""
    with (
        tempfile.TemporaryDirectory() as made,
        every_page(Path(made), language) as (portal, pages),
        browser.new_context(locale=language) as context,
    ):
        tab = context.new_page()
        for name, page in pages.items():
            if names and name not in names:
                continue
            visit(tab, str(portal.client.base_url).rstrip("/"), page)
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": TALL})
                for scheme in SCHEMES:
                    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    picture = folder / f"{name.replace(' ', '-')}-{language}-{width}-{scheme}.png"
                    tab.screenshot(path=picture, full_page=True)


if __name__ == "__main__":
    main()
