"""Take the pictures in docs/images from a demo's folder: `python docs/make_pictures.py demo [PAGE]`.

Needs Chromium (Debian: `apt-get install chromium`). PAGE is the name of a mail's page without `.light.html`; by
default the mail of middling length that has near misses.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
)
PHONES = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; display: flex; gap: 24px; justify-content: center; background: #ffffff; padding: 16px 0; }}
iframe {{ width: 366px; height: 760px; border: 6px solid #c9d1d0; border-radius: 30px; }}
</style><iframe src="{light}"></iframe><iframe src="{dark}"></iframe>"""


def main() -> int:
    """Write digest.png (light beside dark) and digest-index.png."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("demo", type=Path, help="the folder that `jobchime demo` wrote")
    parser.add_argument("page", nargs="?", help="a page's name, without .light.html")
    given = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    pages = given.demo.resolve() / "pages"
    page = given.page or chosen_page(pages)
    if browser is None or page is None:
        missing = "Chromium" if browser is None else f"a page in {pages}"
        print(f"cannot take pictures without {missing}", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    phones = pages / ".phones.html"
    phones.write_text(PHONES.format(light=f"{page}.light.html", dark=f"{page}.dark.html"), encoding="utf-8")
    try:
        shoot(browser, phones, IMAGES / "digest.png", "820,810")
    finally:
        phones.unlink()
    shoot(browser, pages.parent / "index.html", IMAGES / "digest-index.png", "1280,800")
    return 0


def chosen_page(pages: Path) -> str | None:
    """The middle, by size, of the pages with near misses."""
    found = sorted(
        (len(text), one.name.removesuffix(".light.html"))
        for one in pages.glob("*.light.html")
        if 'class="off"' in (text := one.read_text(encoding="utf-8"))
    )
    return found[len(found) // 2][1] if found else None


def shoot(browser: str, page: Path, picture: Path, size: str) -> None:
    """Draw one page."""
    with tempfile.TemporaryDirectory() as profile:
        where = (f"--user-data-dir={profile}", f"--window-size={size}", f"--screenshot={picture}")
        subprocess.run([browser, *QUIET, *where, page.as_uri()], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
