"""`jobchime status`: the whole stream on one page, sources to deliveries."""

import io
import re
import sys
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from services.cli.commands.status_page import page
from services.cli.options import AsJson, Config
from services.cli.output import Cleaned, console, print_json
from services.settings import load_settings
from services.usecases.overview import Gatherer, Overview, healthy, troubles, watcher

_PIPE_WIDTH = 160


def status(
    config: Config = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.5, max=3_600, help="Seconds between two looks.")] = 2.0,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where something is not well.")] = False,
    as_json: AsJson = False,
    svg: Annotated[Path | None, typer.Option(hidden=True, help="Also draw the page into a file.")] = None,
) -> None:
    """Show the whole stream: what is not well first, with what to do. With --json or --check, exit 1 then."""
    with watcher(load_settings(config)) as gatherer:
        if watch and not as_json and sys.stdout.isatty():
            _watch(gatherer, every)
            return
        # A pipe has no place to go back to: there one page comes after the other.
        while True:
            overview = gatherer.look()
            if as_json:
                print_json(as_dict(overview))
                sys.stdout.flush()
            else:
                _print(overview, svg)
            if not watch:
                break
            time.sleep(every)
    if (as_json or check) and not healthy(overview):
        raise typer.Exit(1)


def as_dict(overview: Overview) -> dict[str, Any]:
    """The overview for programs, with its troubles."""
    found: dict[str, Any] = _plain(asdict(overview))
    found["healthy"] = healthy(overview)
    found["troubles"] = [asdict(one) for one in troubles(overview)]
    for service, seen in zip(found["services"], overview.services, strict=True):
        service["alive"] = len(seen.alive(overview.at))
    return found


def _watch(gatherer: Gatherer, every: float) -> None:
    """Draw the page over itself."""
    with Live(console=console(), screen=True, auto_refresh=False) as live:
        while True:
            live.update(Cleaned(page(gatherer.look())), refresh=True)
            time.sleep(every)


def _print(overview: Overview, svg: Path | None) -> None:
    console(width=_PIPE_WIDTH).print(page(overview))
    if svg is not None:
        drawn = Console(record=True, width=130, file=io.StringIO(), force_terminal=True, color_system="truecolor")
        drawn.print(page(overview))
        # Without the fonts that it would have a reader fetch from elsewhere.
        picture = re.sub(r"@font-face \{.*?\}\s*", "", drawn.export_svg(title="jobchime status"), flags=re.DOTALL)
        svg.write_text(picture, encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return value.isoformat() if isinstance(value, datetime) else value
