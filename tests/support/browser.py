"""A headless Chromium that measures pages at the width of a phone; CI installs it, a laptop may lack it."""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

_MISSING = "there is no Chromium: `apt-get install chromium`"
FLAGS = (
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
_PAGE = """<!doctype html><meta charset="utf-8"><title>frames</title><body>{frames}<pre id="found"></pre><script>
addEventListener("load", () => {{
  const found = {{}};
  for (const frame of document.querySelectorAll("iframe")) found[frame.title] = measured(frame.contentWindow);
  document.getElementById("found").textContent = "FOUND" + JSON.stringify(found) + "END";
}});
{script}</script>"""
_SCRIPT = Path(__file__).with_name("browser.js")


def measured(pages: Mapping[str, str], width: int, folder: Path) -> dict[str, Any]:
    """What `browser.js` measures of each page in a frame of that width; skips where there is no browser, but in CI.

    One browser opens all pages at once.
    """
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        if os.environ.get("CI"):
            raise RuntimeError(_MISSING)
        pytest.skip(_MISSING)
    frames = "".join(
        f'<iframe title="{name}" style="width:{width}px;height:900px;border:0" srcdoc="{html.escape(page)}"></iframe>'
        for name, page in pages.items()
    )
    made = folder / "frames.html"
    made.write_text(_PAGE.format(frames=frames, script=_SCRIPT.read_text(encoding="utf-8")), encoding="utf-8")
    command = [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", made.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    # An attribute holds no such mark: what is within is escaped as text.
    found = re.search("FOUND(.*)END</pre>", ran.stdout)
    if found is None:
        raise RuntimeError(f"the browser measured nothing: {ran.stderr[-2_000:]}")
    measures: dict[str, Any] = json.loads(html.unescape(found[1]))
    return measures
