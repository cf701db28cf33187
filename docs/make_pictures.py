"""Take the pictures in docs/images from a demo's folder: `python -m docs.make_pictures demo [PAGE]`.

Needs Chromium (Debian: `apt-get install chromium`). PAGE is the name of a mail's page without `.light.html`; by
default the shortest English mail of some jobs that shows most of: what speaks against one, near misses, a week.
"""

import argparse
import email
import email.policy
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.browser import FLAGS

IMAGES = Path(__file__).parent / "images"
PHONES = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; display: flex; gap: 24px; justify-content: center; background: #ffffff; padding: 16px 0; }}
iframe {{ width: 366px; height: 860px; border: 6px solid #c9d1d0; border-radius: 30px; }}
</style><iframe src="{light}"></iframe><iframe src="{dark}"></iframe>"""
NARROWEST = 500
"""Pixels of Chromium's own windows."""
FRAME = """<!doctype html><meta charset="utf-8"><title></title><style>
body {{ margin: 0; display: flex; justify-content: center; background: #8c9795; }}
iframe {{ width: {width}px; height: 1500px; border: 0; }}</style><iframe srcdoc="{page}"></iframe><script>
addEventListener("load", () => {{
  const frame = document.querySelector("iframe");
  document.title = frame.contentDocument.documentElement.scrollHeight;
  frame.style.height = document.title + "px";
}});</script>"""
"""A page within another tells how high it is; one from a file of its own would not."""
TEXT = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; padding: 20px; background: #ffffff; }}
pre {{ margin: 0; font: 14px/20px "DejaVu Sans Mono", monospace; color: #1b242d; }}</style><pre>{text}</pre>"""
PLAIN = 20
"""Pixels of a line of text, and of the margin around it."""
LEAST_CARDS = 3
SHOWN = ('class="off"', 'class="but"', 'class="weekday"')


def main() -> int:
    """Write digest.png (phones, light beside dark), digest-WIDTH-SCHEME.png, digest-text.png and digest-index.png."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("demo", type=Path, help="the folder that `jobchime demo` wrote")
    parser.add_argument("page", nargs="?", help="a page's name, without .light.html")
    given = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    demo = given.demo.resolve()
    pages = demo / "pages"
    page = given.page or chosen_page(pages)
    if browser is None or page is None:
        missing = "Chromium" if browser is None else f"a page in {pages}"
        print(f"cannot take pictures without {missing}", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    schemes = {scheme: f"{page}.{scheme}.html" for scheme in ("light", "dark")}
    shoot_made(browser, pages, PHONES.format(**schemes), IMAGES / "digest.png", "820,910")
    for width in (320, 600):
        for scheme, own in schemes.items():
            framed = html.escape((pages / own).read_text(encoding="utf-8"))
            frame = FRAME.format(width=width, page=framed)
            shoot_whole(browser, pages, frame, IMAGES / f"digest-{width}-{scheme}.png", max(width, NARROWEST))
    text = text_of(demo / "mails" / f"{page}.eml").strip()
    lines = text.splitlines()
    size = f"{9 * max(map(len, lines)) + 2 * PLAIN},{PLAIN * (len(lines) + 2)}"
    shoot_made(browser, pages, TEXT.format(text=html.escape(text)), IMAGES / "digest-text.png", size)
    shoot(browser, demo / "index.html", IMAGES / "digest-index.png", "1280,800")
    return 0


def chosen_page(pages: Path) -> str | None:
    """The shortest of the English pages that show most."""
    found = sorted(
        (-sum(part in text for part in SHOWN), len(text), page.name.removesuffix(".light.html"))
        for page in pages.glob("*.light.html")
        if 'lang="en' in (text := page.read_text(encoding="utf-8")) and text.count('class="card"') >= LEAST_CARDS
    )
    return found[0][2] if found else None


def text_of(mail: Path) -> str:
    """The text part of a mail."""
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def shoot_whole(browser: str, folder: Path, page: str, picture: Path, width: int) -> None:
    """Draw a page that says in its title how high it is, from top to bottom."""
    made = folder / ".made.html"
    made.write_text(page, encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", made.as_uri()]
        drawn = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", timeout=120)
    height = re.search(r"<title>(\d+)</title>", drawn.stdout)
    if height is None:
        raise RuntimeError("the browser does not say how high the page is")
    shoot_made(browser, folder, page, picture, f"{width},{height[1]}")


def shoot_made(browser: str, folder: Path, page: str, picture: Path, size: str) -> None:
    """Draw a page that is made for the picture, beside the pages that it shows."""
    made = folder / ".made.html"
    made.write_text(page, encoding="utf-8")
    try:
        shoot(browser, made, picture, size)
    finally:
        made.unlink()


def shoot(browser: str, page: Path, picture: Path, size: str) -> None:
    """Draw one page."""
    with tempfile.TemporaryDirectory() as profile:
        where = (f"--user-data-dir={profile}", f"--window-size={size}", f"--screenshot={picture}")
        subprocess.run([browser, *FLAGS, *where, page.as_uri()], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
