"""Whether place, workplace and zone of postings agree with readers: `python -m bench.reaching [--errors] [--json]`.

Over the judged pairs of the seen half: what somebody would want must fit one of their searches by these three criteria,
whatever the others say of it; what a reader calls wrong for one of them must fail in every search.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.relevance.captured import capture_dates, key_of
from bench.relevance.judgements import Judgement, read
from bench.relevance.people import LABELS, people
from schemas.criteria import Criteria
from schemas.posting import Posting
from services.ingest.adapters.formats.registry import detect
from services.ingest.app import make_normalise
from services.ingest.trial import trial
from services.rules.criteria import canonical
from services.rules.verdict import verdict
from tests.support.shared import captures

_NOW: Final = datetime(2026, 9, 1, tzinfo=UTC)
"""After the newest date in the captures."""
_CRITERIA: Final = ("place", "workplace", "timezone")
_CAUSES: Final = ("place", "workplace", "zone")


@dataclass(frozen=True)
class JudgedPair:
    """A judged pair, and which of the three criteria fail in the search that fits it best."""

    judged: Judgement
    posting: Posting
    failing: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What the reader said."""
        return f"wrong: {self.judged.cause}" if self.judged.verdict == "wrong" else "wanted"

    @property
    def agrees(self) -> bool:
        """Whether it fails exactly where the reader says so."""
        return bool(self.failing) == (self.judged.verdict == "wrong")


def judged_pairs() -> Iterator[JudgedPair]:
    """Each pair of the seen half that is wanted, or wrong for where it is done."""
    criteria = {
        person.name: [canonical(_criteria(search)) for search in person.searches] for person in people(["seen"])
    }
    postings = _postings()
    for said in read(LABELS / "judgements-seen.jsonl"):
        if isinstance(said, Judgement) and (said.verdict != "wrong" or said.cause in _CAUSES):
            posting = postings[said.posting]
            yield JudgedPair(said, posting, min((_failing(asked, posting) for asked in criteria[said.person]), key=len))


def _criteria(search: Mapping[str, object]) -> Criteria:
    return Criteria.model_validate_json(json.dumps(search["criteria"]))


def _failing(criteria: Criteria, posting: Posting) -> tuple[str, ...]:
    reasons = verdict(criteria, posting.core()).reasons
    return tuple(reason.criterion for reason in reasons if reason.criterion in _CRITERIA and reason.fit == "no")


def _postings() -> Mapping[str, Posting]:
    normalise = make_normalise()
    found: dict[str, Posting] = {}
    for file in capture_dates():
        body = (captures() / file).read_bytes()
        for outcome in trial(body, source=file, found=detect(body), normalise=normalise, now=_NOW):
            if isinstance(outcome, Posting):
                found[key_of(file, outcome.source_id)] = outcome
    return found


def table_of(pairs: Sequence[JudgedPair]) -> Table:
    """Agreement by what the reader said."""
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.kind].append(pair.agrees)
    table = Table("reader", "pairs", "rules agree", "share")
    for kind, agreeing in sorted(by_kind.items()):
        table.add_row(kind, str(len(agreeing)), str(sum(agreeing)), f"{sum(agreeing) / len(agreeing):.0%}")
    return table


def main() -> None:
    """Judge, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--errors", action="store_true", help="each pair on which they differ")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    pairs = list(judged_pairs())
    if given.json:
        of, agreeing = Counter(p.kind for p in pairs), Counter(p.kind for p in pairs if p.agrees)
        print(json.dumps({kind: {"pairs": n, "agree": agreeing[kind]} for kind, n in sorted(of.items())}, indent=2))
        return
    console = Console()
    console.print(table_of(pairs))
    for pair in pairs if given.errors else ():
        if not pair.agrees:
            _show(console, pair)


def _show(console: Console, pair: JudgedPair) -> None:
    posting, judged = pair.posting, pair.judged
    reach = posting.reach.model_dump(exclude_defaults=True)
    console.print(
        f"{judged.person} {pair.kind} ({judged.note}) fails: {', '.join(pair.failing) or 'nothing'}\n"
        f"  {judged.posting} {posting.title!r}: {posting.workplace} {reach}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    for field in ("reach", "workplace", "timezones"):
        for shown in posting.evidence.get(field, ()):
            words = f"    {field} from {shown.source}: {shown.text}"
            console.print(words, highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
