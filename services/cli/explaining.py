"""`jobchime explain`: why a posting is, or is not, what a search asks for."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from schemas.codec import UnreadableError, decode
from schemas.posting import Posting, PostingCore
from services.cli.asked import asked_for
from services.cli.explain_page import explain_page
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, Now, moment
from services.cli.output import console, print_json
from services.cli.searches import read_json
from services.cli.weighed import score_json, score_lines
from services.matcher.evidence import evidence_of
from services.matcher.explain import Proof, explain_json, explain_text, explained
from services.notifier.adapters.sql.feedback import feedback_of
from services.notifier.adapters.sql.matches import SqlMatches
from services.notifier.domain.judging import Judged, Ready
from services.notifier.domain.model import Said
from services.notifier.domain.score import score
from services.runtime.datadir import LOG_FILE
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.kafka.reader import RecordReader
from services.runtime.log_sqlite import SqliteLog
from services.runtime.named_files import is_file
from services.runtime.records import TopicReader
from services.runtime.store import reading
from services.usecases.installation import Installation as Opened


def explain(
    search: Annotated[str, typer.Argument(help="A saved search's id, or a JSON file of criteria.")],
    posting: Annotated[str, typer.Argument(help="A posting's id, or a JSON file of one posting.")],
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Say, by each criterion, whether a posting fits a search, how far off, by which words, and how it is weighed."""
    asked = asked_for(search, config)
    criteria = asked.criteria
    job, proof = _from_file(Path(posting)) if is_file(Path(posting)) else _from_store(posting, config)
    judged, at = Judged(criteria, Ready(job)), moment(now)
    found = judged.verdict
    # What does not fit is never weighed.
    scored = None if found.outcome == "reject" else score(judged, at, _said_by(search, config), asked.preferred_places)
    if as_json:
        weighed = {"score": score_json(scored, at) if scored else None}
        print_json(explain_json(criteria, job, found, proof) | weighed)
        return
    lines = ["", *score_lines(scored, at)] if scored else []
    if sys.stdout.isatty():
        console().print(explain_page(explained(criteria, job, found, proof)), *lines, sep="\n", markup=False)
    else:
        typer.echo("\n".join((explain_text(criteria, job, found, proof), *lines)))


def _said_by(search: str, config: Path | None) -> tuple[Said, ...]:
    """What the owner of a saved search said of jobs; nothing where the criteria are a file's."""
    if is_file(Path(search)):
        return ()
    opened = open_installation(config, create=False)
    owner = opened.searches.get(search).subscriber_id
    with reading(opened.engine) as connection:
        own = feedback_of(connection, [owner]).get(owner)
    return own.said if own else ()


def _from_file(file: Path) -> tuple[PostingCore, Proof]:
    try:
        found = decode(Posting, json.dumps(read_json(file)).encode())
    except UnreadableError as error:
        raise UsageError(f"{file}: {error}") from None
    return found, found.evidence


def _from_store(posting_id: str, config: Path | None) -> tuple[PostingCore, Proof]:
    opened = open_installation(config, create=False)
    found = SqlMatches(opened.engine).postings([posting_id]).get(posting_id)
    if found is None:
        raise UsageError(f"there is no posting {posting_id} in the store, and no such file")
    return found, _evidence(opened, found)


def _evidence(opened: Opened, posting: PostingCore) -> Proof:
    """Empty where the log is away: a verdict stands without."""
    try:
        with _log_of(opened) as log:
            return {} if log is None else evidence_of(log, posting)
    except UnavailableError:
        return {}


@contextmanager
def _log_of(opened: Opened) -> Iterator[TopicReader | None]:
    settings = opened.settings
    if settings.deployed:
        with RecordReader(settings.kafka) as reader:
            yield reader
        return
    path = settings.data / LOG_FILE
    if not path.is_file():
        yield None
        return
    with SqliteLog(path) as log:
        yield log
