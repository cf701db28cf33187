"""`jobchime explain`: why a posting is, or is not, what a search asks for."""

import json
from pathlib import Path
from typing import Annotated

import typer

from schemas.codec import UnreadableError, decode
from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.cli.opened import open_installation
from services.cli.options import AsJson, Config
from services.cli.output import print_json
from services.cli.searches import read_json
from services.matcher.explain import explain_json, explain_text
from services.notifier.adapters.sql.matches import SqlMatches
from services.notifier.domain.people import FieldError
from services.notifier.importing import criteria_of
from services.rules.verdict import verdict
from services.runtime.errors import UsageError


def explain(
    search: Annotated[str, typer.Argument(help="A saved search's id, or a JSON file of criteria.")],
    posting: Annotated[str, typer.Argument(help="A posting's id, or a JSON file of one posting.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say, criterion by criterion, whether a posting fits a search."""
    criteria, job = _criteria(search, config), _posting(posting, config)
    found = verdict(criteria, job)
    if as_json:
        print_json(explain_json(criteria, job, found))
        return
    typer.echo(explain_text(criteria, job, found))


def _criteria(search: str, config: Path | None) -> Criteria:
    if not Path(search).is_file():
        return open_installation(config, create=False).searches.get(search).criteria
    value = read_json(Path(search))
    try:
        return criteria_of(value.get("criteria", value) if isinstance(value, dict) else value)
    except FieldError as error:
        raise UsageError(f"{search}: {error}") from None


def _posting(posting: str, config: Path | None) -> PostingCore:
    if not Path(posting).is_file():
        found = SqlMatches(open_installation(config, create=False).engine).postings([posting])
        if posting not in found:
            raise UsageError(f"there is no posting {posting} in the store, and no such file")
        return found[posting]
    try:
        return decode(PostingCore, json.dumps(read_json(Path(posting))).encode())
    except UnreadableError as error:
        raise UsageError(f"{posting}: {error}") from None
