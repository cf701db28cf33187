"""What commands print: tables, JSON lines, and progress that is a bar on a terminal and plain lines in a pipe.

All of it passes here: `guarded` stands before standard output and error while a command runs, and lets through nothing
that would steer a terminal. Only Rich, which colours, writes past it, and what it is given is cleaned before.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

from rich import box
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook, RenderResult
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table

from services.runtime.logging import unguarded
from services.runtime.printable import json_text, printable
from services.usecases.progress import Advance

_LINE_EVERY_S = 2.0
_TELLING = 0.05
"""From this share done on, it is worth telling how long the rest may take: what comes first is often the dearest."""
_WHOLE_FROM = 10
_MINUTE_S = 60
_PIPE_WIDTH = 400


class _Guard:
    """A stream that takes text and lets nothing through that steers a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.unguarded = stream

    def write(self, text: str) -> int:
        self.unguarded.write(printable(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


@contextmanager
def guarded() -> Iterator[None]:
    """Let nothing of what is printed meanwhile, by whatever way, steer a terminal."""
    out, error = (cast(TextIO, _Guard(unguarded(stream))) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(error):
        yield


class Cleaned:
    """Something to render, of whose text nothing steers; its colours are Rich's own.

    What a console prints is made so by itself; what `rich.live` draws over itself passes no hook and must be given so.
    """

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inner, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


class _Cleaning(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [cast(ConsoleRenderable, Cleaned(renderable)) for renderable in renderables]


def console(*, error: bool = False, width: int = _PIPE_WIDTH) -> Console:
    """Standard output, or standard error. In a pipe it is as wide as told, without colours."""
    stream = unguarded(sys.stderr if error else sys.stdout)
    made = Console(file=stream, width=None if stream.isatty() else width, highlight=False)
    made.push_render_hook(_Cleaning())
    return made


def print_json(value: Any, **how: Any) -> None:
    """One JSON document, on one line unless `how` says otherwise."""
    sys.stdout.write(json_text(value, **({"separators": (",", ":")} | how)) + "\n")


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[str] = ()
) -> Table:
    """A table of people's text; the columns named in `numbers` are aligned right. Markup in cells stays as it is."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    return made


def _cell(value: object) -> str:
    text = (
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "" if value is None else str(value)
    )
    return printable(text).replace("[", r"\[")


@contextmanager
def doing() -> Iterator[Callable[[str], None]]:
    """Gives what says what is being done, on standard error: beside a clock on a terminal, line by line in a pipe."""
    if not sys.stderr.isatty():
        yield lambda said: print(said, file=sys.stderr, flush=True)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console(error=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda said: bar.update(task, description=said)


@contextmanager
def progress(what: str, total: int | None = None, *, line_every_s: float = _LINE_EVERY_S) -> Iterator[Advance]:
    """Show how far long work has come, with rate and time left, on standard error; in a pipe so often."""
    if sys.stderr.isatty():
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console(error=True),
            transient=True,
        ) as bar:
            yield _on_bar(bar, what, total)
        return
    yield _in_lines(what, total, line_every_s)


def _on_bar(bar: Progress, what: str, total: int | None) -> Advance:
    task = bar.add_task(what, total=total, rate="")
    started, done = time.monotonic(), 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        spent = time.monotonic() - started
        bar.update(task, advance=count, rate=_rate(done, spent) if spent > 0 else "")

    return advance


def _in_lines(what: str, total: int | None, every_s: float) -> Advance:
    started = said = time.monotonic()
    done = 0

    def advance(count: int) -> None:
        nonlocal done, said
        done += count
        now = time.monotonic()
        if now - said < every_s and done != total:
            return
        said = now
        spent = max(now - started, 0.001)
        of = f" of {total:,}" if total is not None else ""
        left = f", {_span((total - done) * spent / done)} left" if total and _TELLING * total < done < total else ""
        print(f"{what}: {done:,}{of}, {_rate(done, spent)}{left}", file=sys.stderr)

    return advance


def _rate(done: int, spent: float) -> str:
    """`533/s`, `0.4/s`."""
    rate = done / spent
    return f"{rate:,.0f}/s" if rate >= _WHOLE_FROM else f"{rate:.1f}/s"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE_S else f"{seconds / _MINUTE_S:.0f} min"


def no_mail_line(reason: str) -> str:
    """That an address is suppressed, why, and what changes that."""
    return f"no mail goes to this address: {reason}. `jobchime suppression lift` allows it again, if they want it."
