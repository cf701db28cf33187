"""Linters for mails and pages, from npm: `make mail-lint` installs them, and so does `make test` where there is npm."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

_MISSING = "the linters for mails and pages are not installed: run `make mail-lint`, which needs Node 18 and npm"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, rules: {"target-size": {enabled: true}}});
  const where = (nodes) => nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join("; ");
  return found.violations.map((one) => `${one.id}: ${where(one.nodes)}`);
}"""
INSTALLED = Path(__file__).parents[2] / ".venv" / "mail-lint"


def lint(mails: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What the linters find of each mail, given as (HTML, subject); skips where they are not installed, but in CI."""
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules").is_dir():
        _lacking()
    given = json.dumps({name: {"html": html, "subject": subject} for name, (html, subject) in mails.items()})
    ran = subprocess.run(
        [node, "lint.mjs"], cwd=INSTALLED, input=given, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    if ran.returncode:
        raise RuntimeError(f"the linters for mails failed: {ran.stderr[-2_000:]}")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def axe() -> str:
    """The script of axe-core, which defines `axe` on a page; skips where it is not installed, but in CI."""
    script = INSTALLED / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        _lacking()
    return script.read_text(encoding="utf-8")


def _lacking() -> NoReturn:
    if os.environ.get("CI"):
        raise RuntimeError(_MISSING)
    pytest.skip(_MISSING)
