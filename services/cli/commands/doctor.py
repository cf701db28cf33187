"""`jobchime doctor`: what the installation stands on, and how to mend it."""

import typer
from rich.text import Text

from services.cli.options import AsJson, Config
from services.cli.output import console, print_json
from services.settings import load_settings
from services.usecases.overview import Grade, diagnoses

_MARKS: dict[Grade, tuple[str, str]] = {"well": ("✓", "green"), "note": ("!", "yellow"), "wrong": ("✗", "bold red")}


def doctor(config: Config = None, as_json: AsJson = False) -> None:
    """Check what is reachable and what is missing, and say how to fix it. Exit 1 if something is wrong."""
    settings = load_settings(config)
    wrong = 0
    out = console()
    for each in diagnoses(settings):
        wrong += each.grade == "wrong"
        if as_json:
            print_json({"what": each.what, "grade": each.grade, "said": each.said, "mend": each.mend})
            continue
        mark, style = _MARKS[each.grade]
        line = Text.assemble((f"{mark} ", style), (f"{each.what:<24}", "bold"), each.said)
        if each.mend:
            line.append("  → ", "dim").append(each.mend, "cyan")
        out.print(line)
    if wrong:
        if not as_json:
            out.print(Text(f"{wrong} to mend.", "bold red"))
        raise typer.Exit(1)
    if not as_json:
        out.print(Text("All that must be there is there.", "bold green"))
