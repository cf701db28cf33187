"""Tables of notations: a text and what it says, one a line, tabs between, `#` before a comment."""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "unit" / "ingest" / "domain" / "data"


def notations(name: str) -> list[tuple[str, str]]:
    """The rows of a table."""
    lines = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(text, expected) for text, expected in rows]
