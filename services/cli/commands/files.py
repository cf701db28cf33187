"""`jobchime normalise` and `jobchime match`: from files to standard output, nothing stored."""

import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from schemas.counted import counted
from schemas.criteria import Criteria
from schemas.posting import Posting
from services.cli.adding import MappingFile
from services.cli.asked import lines_of, posting_lines
from services.cli.options import AsJson, Now, moment
from services.cli.output import console, print_json, progress, table
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.files.named import is_file, is_folder, read_named
from services.runtime.files.private import privately
from services.runtime.printable import escaped
from services.runtime.strict_json import read_alone, reason_of
from services.usecases import sources
from services.usecases.errors import WrongFieldError
from services.usecases.explaining import explain_text, pair_json, verdict
from services.usecases.searches import criteria_from
from services.usecases.sources import Fallen


def normalise(
    files: Annotated[list[Path], typer.Argument(help="Feed files, or folders of feed files.")],
    format: Annotated[str, typer.Option("--format", help="A format's name, or auto to recognise it.")] = "auto",
    mapping: MappingFile = None,
    dead: Annotated[Path | None, typer.Option(help="A file for dead letters, skips and merges, as JSON lines.")] = None,
    now: Now = None,
    summary: Annotated[bool, typer.Option("--summary", help="Also print counts by file, on standard error.")] = False,
) -> None:
    """Turn feed files into postings, and print these as JSON lines (posting.v1)."""
    normalised = sources.normaliser(None if format == "auto" else format, mapping)
    at, found = moment(now), _feed_files(files)
    counts: dict[Path, Counter[str]] = {}
    with ExitStack() as stack:
        fallen = stack.enter_context(_writing(dead)) if dead else None
        advance = stack.enter_context(progress("Normalising"))
        for file in found:
            body = read_named(file) if file in files else _bytes_where_readable(file)
            if body is None:
                continue
            counts[file] = Counter()
            for outcome in normalised(body, file.stem, at):
                advance(1)
                counts[file][outcome.kind if isinstance(outcome, Fallen) else "posting"] += 1
                if isinstance(outcome, Posting):
                    sys.stdout.write(escaped(outcome.model_dump_json()) + "\n")
                elif fallen:
                    fallen.write(json.dumps({"file": file.name, **outcome.as_json()}, ensure_ascii=False) + "\n")
    _sum_up(counts, summary)


def match(
    postings: Annotated[Path, typer.Argument(help="JSON lines that `normalise` printed, or - for standard input.")],
    criteria: Annotated[
        Path, typer.Option("--criteria", help="Criteria, as JSON lines (criteria.v1). Ids are optional.")
    ],
    all_pairs: Annotated[bool, typer.Option("--all", help="Print rejections too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Match postings with criteria, and print matches and near misses with their reasons."""
    wanted = list(_criteria_lines(criteria))
    for posting in posting_lines(postings):
        for criteria_id, asked in wanted:
            found = verdict(asked, posting)
            if found.outcome == "reject" and not all_pairs:
                continue
            if as_json:
                print_json(pair_json(criteria_id, posting, found))
            else:
                typer.echo(f"{criteria_id}\n{explain_text(posting, found)}\n")


def _sum_up(counts: dict[Path, Counter[str]], summary: bool) -> None:
    total: Counter[str] = sum(counts.values(), Counter())
    kinds = ("posting", "dead letter", "skip", "merge")
    if summary:
        rows = [
            (f"{file.parent.name}/{file.name}", sum(c.values()), *(c[kind] for kind in kinds))
            for file, c in counts.items()
        ]
        rows.append(("all", sum(total.values()), *(total[kind] for kind in kinds)))
        heads = ("file", "items", "postings", "dead letters", "skips", "merges")
        console(error=True).print(table("", heads, rows, numbers=heads[1:]))
        return
    print(
        f"{counted(sum(total.values()), 'item')} in {counted(len(counts), 'file')}: "
        + ", ".join(counted(total[kind], kind) for kind in ("posting", "dead letter", "skip", "merge")),
        file=sys.stderr,
    )


def _feed_files(given: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in given:
        if is_file(path):
            found.append(path)
        elif is_folder(path):
            found += sorted(file for file in _walk(path) if sources.may_be_feed(file))
        else:
            raise UsageError(f"there is no file {path}")
    return found


def _walk(folder: Path) -> Iterator[Path]:
    """The files under a folder; what vanishes or cannot be read meanwhile is told and left out."""
    for within, _, names in os.walk(folder, onerror=_left_out):
        for file in (Path(within, name) for name in names):
            try:
                regular = stat.S_ISREG(file.stat().st_mode)
            except OSError as error:
                _left_out(error)
                continue
            if regular:
                yield file


def _left_out(error: OSError) -> None:
    print(f"{error.filename} cannot be read: {error.strerror}; left out", file=sys.stderr)


def _bytes_where_readable(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError as error:
        _left_out(error)
        return None


def _writing(file: Path) -> IO[str]:
    try:
        return open(file, "w", encoding="utf-8", opener=privately)
    except OSError as error:
        raise JobchimeError(f"{file} cannot be written: {error.strerror}") from None


def _criteria_lines(file: Path) -> Iterator[tuple[str, Criteria]]:
    for number, line in lines_of(file):
        try:
            row: Any = read_alone(line)
            inner = row.get("criteria", row) if isinstance(row, dict) else row
            given = row.get("criteria_id") or row.get("id") if isinstance(row, dict) and inner is not row else None
            yield str(given or f"line-{number}"), criteria_from(inner)
        except WrongFieldError as error:
            raise UsageError(f"{file}, line {number}: {error}") from None
        except ValueError as error:
            raise UsageError(f"{file}, line {number}: {reason_of(error)}") from None
