"""`jobchime explain`: why a posting is, or is not, what a search asks for."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.codec import UnreadableError
from services.cli.asked import asked_for, read_json
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json
from services.cli.weighed import chance_json, demand_lines, demands_json, score_json, score_lines
from services.runtime.errors import UsageError
from services.runtime.files.named import is_file
from services.usecases import explaining
from services.usecases.explaining import (
    Explanation,
    Fit,
    Line,
    Outcome,
    PostingWithEvidence,
    explain_json,
    explain_text,
    explained,
)
from services.usecases.wording import chance_line, english


def explain(
    search: Annotated[str, typer.Argument(help="A saved search's id, or a JSON file of criteria.")],
    posting: Annotated[str, typer.Argument(help="A posting's id, or a JSON file of one posting.")],
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Explain whether a posting fits a search: by criterion, with the deciding words, and with its weight."""
    asked, at = asked_for(search, config), moment(now)
    file = Path(posting)
    if is_file(file):
        job = _from_file(file)
        installation = open_installation(config, create=False) if asked.owner_id else None
    else:
        installation = open_installation(config, create=False)
        job = explaining.stored_posting(installation, posting)
    found = explaining.explain(asked, job.posting, at, installation)
    if as_json:
        weighed = {
            "chance": chance_json(found.chance, found.bar),
            "score": score_json(found.score, at) if found.score else None,
        } | demands_json(job.posting, found)
        print_json(explain_json(asked.criteria, job.posting, found.verdict, job.evidence) | weighed)
        return
    demands = demand_lines(job.posting, found)
    lines = ["", *demands] if demands else []
    lines += ["", chance_line(found.chance, found.bar)] if found.chance else []
    lines += score_lines(found.score, at) if found.score else []
    if sys.stdout.isatty():
        page = explain_page(explained(job.posting, found.verdict, english(), job.evidence))
        console().print(page, *lines, sep="\n", markup=False)
    else:
        typer.echo("\n".join((explain_text(job.posting, found.verdict, job.evidence), *lines)))


def _from_file(file: Path) -> PostingWithEvidence:
    try:
        return explaining.posting_from(read_json(file))
    except UnreadableError as error:
        raise UsageError(f"{file}: {error}") from None


_FITS: Final[dict[Fit, tuple[str, str]]] = {"yes": ("✓", "green"), "near": ("~", "yellow"), "no": ("✗", "red")}
_OUTCOMES: Final[dict[Outcome, str]] = {"match": "bold green", "near": "bold yellow", "reject": "bold red"}


def explain_page(explanation: Explanation) -> RenderableType:
    """Name, verdict, then each criterion with what there is to say of it."""
    head = Text.assemble(
        (explanation.title, "bold"),
        "\n",
        explanation.company,
        (f"  {explanation.url}" if explanation.url else "", "dim"),
    )
    verdict = Text.assemble("\n", (explanation.said.capitalize(), _OUTCOMES[explanation.outcome]), "\n")
    return Group(head, verdict, _table(explanation) if explanation.lines else Text("Nothing was asked for."))


def _table(explanation: Explanation) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for line in explanation.lines:
        mark, style = _FITS[line.fit]
        table.add_row(Text(mark, style), line.criterion, _text(line))
    return table


def _text(line: Line) -> Text:
    said = Text(line.text, "" if line.fit == "yes" else _FITS[line.fit][1])
    for more in line.more:
        said.append(f"\n{more}", "default" if more in line.details else "italic dim")
    return said
