"""A verdict as a page for 80 columns."""

from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.usecases.explaining import Explanation, Fit, Line, Outcome

_FITS: Final[dict[Fit, tuple[str, str]]] = {"yes": ("✓", "green"), "near": ("~", "yellow"), "no": ("✗", "red")}
_OUTCOMES: Final[dict[Outcome, str]] = {"match": "bold green", "near": "bold yellow", "reject": "bold red"}


def explain_page(told: Explanation) -> RenderableType:
    """Name, verdict, then each criterion with what there is to say of it."""
    head = Text.assemble((told.title, "bold"), "\n", told.company, (f"  {told.url}" if told.url else "", "dim"))
    verdict = Text.assemble("\n", (told.said.capitalize(), _OUTCOMES[told.outcome]), "\n")
    return Group(head, verdict, _table(told) if told.lines else Text("Nothing was asked for."))


def _table(told: Explanation) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for line in told.lines:
        mark, style = _FITS[line.fit]
        table.add_row(Text(mark, style), line.criterion, _said(line))
    return table


def _said(line: Line) -> Text:
    said = Text(line.text, "" if line.fit == "yes" else _FITS[line.fit][1])
    for more in line.more:
        said.append(f"\n{more}", "default" if more in line.details else "italic dim")
    return said
