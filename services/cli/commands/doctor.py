"""`jobchime doctor`: what the installation stands on, and how to mend it."""

import typer
from rich.text import Text

from services.cli.options import AsJson, Config
from services.cli.output import console, print_json
from services.settings import load_settings
from services.usecases.overview import Grade, findings

_MARKS: dict[Grade, tuple[str, str]] = {"well": ("✓", "green"), "note": ("!", "yellow"), "wrong": ("✗", "bold red")}


def doctor(config: Config = None, as_json: AsJson = False) -> None:
    """Say what is reachable and what is missing, with how to mend each; exit 1 where something is wrong."""
    settings = load_settings(config)
    wrong = 0
    out = console()
    for finding in findings(settings):
        wrong += finding.grade == "wrong"
        if as_json:
            print_json({"what": finding.what, "grade": finding.grade, "said": finding.said, "mend": finding.mend})
            continue
        mark, style = _MARKS[finding.grade]
        line = Text.assemble((f"{mark} ", style), (f"{finding.what:<24}", "bold"), finding.said)
        if finding.mend:
            line.append("  → ", "dim").append(finding.mend, "cyan")
        out.print(line)
    if wrong:
        if not as_json:
            out.print(Text(f"{wrong} to mend.", "bold red"))
        raise typer.Exit(1)
    if not as_json:
        out.print(Text("All that must be there is there.", "bold green"))
