"""How well jobs are chosen: `python -m bench.relevance [--half seen|unseen] [--people] [--unjudged] [--json]`.

`--selectivity`: where everybody is so choosy; the yardstick is the usual choice. `--pressed`: where they answered which
titles and levels they would take; `--unsaid`: where they do not say what they can do or would rather not.

Runs the invented people over the captured feeds and holds what they are mailed against what readers judged. Whoever
changes rules looks at `--half seen` alone by person, cause or job; of the unseen half only at its shares.
"""

import argparse
import json
import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.relevance.captured import all_captured
from bench.relevance.figures import Judged, Share, agreement, claims_of, ratio, share, verdicts_of
from bench.relevance.judgements import Judgement, read
from bench.relevance.pairs import read_pairs
from bench.relevance.people import LABELS, Half, people
from bench.relevance.pressed import pressed
from bench.relevance.run import Run, run
from services.notifier.domain.selectivity import SELECTIVITIES, Selectivity

_AIMS: Final[Mapping[str, str]] = {
    "precision": ">= 85 %",
    "top job right": ">= 92 %",
    "mails with nothing acceptable": "<= 3 %",
    "true why lines": ">= 97 %",
    "recall within a week": ">= 85 %",
}


def shares_of(judged: Judged) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Each figure's parts by person."""
    return {
        "precision": judged.by_person(judged.precision),
        "top job right": judged.by_person(judged.top),
        "mails with nothing acceptable": judged.by_person(judged.nothing),
        "true why lines": judged.by_person(judged.true_lines),
        "recall within a week": judged.recall(),
        "NDCG@10": judged.by_person(judged.gain),
    }


def main() -> None:
    """Run, hold against the judgements, print."""
    given = _parser().parse_args()
    halves: Sequence[Half] = [given.half] if given.half else ["seen", "unseen"]
    done = _run(given.keep, given.selectivity, answered=given.pressed, unsaid=given.unsaid)
    console = Console()
    found = {half: _judged(done, half) for half in halves}
    if given.json:
        print(json.dumps({half: _as_json(judged) for half, judged in found.items()}, indent=2))
        return
    for half, judged in found.items():
        console.print(_table(half, judged))
        if given.people:
            console.print(_people(judged))
            console.print(f"why wrong: {', '.join(f'{cause} {n}' for cause, n in judged.causes().most_common())}")
        if given.unjudged:
            for job in judged.unjudged:
                console.print(f"not judged: {job.person} {job.mailed_at:%Y-%m-%d} {job.posting}", highlight=False)
    second = [judgement for judgement in read(LABELS / "second-reader.jsonl") if isinstance(judgement, Judgement)]
    pairs, same, kappa = agreement(
        {key: verdict for judged in found.values() for key, verdict in judged.verdicts.items()}, second
    )
    console.print(f"Two readers agree on {same:.0%} of {pairs} pairs (kappa {kappa:.2f}).")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--half", choices=["seen", "unseen"])
    parser.add_argument("--people", action="store_true", help="by person, and why wrong ones are wrong")
    parser.add_argument("--unjudged", action="store_true", help="list what was sent and nobody judged")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--selectivity", choices=SELECTIVITIES, default="usual", help="how choosy everybody is")
    parser.add_argument("--pressed", action="store_true", help="where they answered the form's questions")
    parser.add_argument("--unsaid", action="store_true", help="where nobody says what they can do or would rather not")
    parser.add_argument("--keep", type=Path, help="take the run from this file, or keep it there")
    return parser


def _run(kept: Path | None, selectivity: Selectivity, *, answered: bool, unsaid: bool) -> Run:
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())
    with Console(stderr=True).status("running the people over the captures: some minutes"):
        everybody = [pressed(person) if answered else person for person in people()]
        if unsaid:
            everybody = [replace(person, knows=(), avoids=()) for person in everybody]
        done = run([replace(person, selectivity=selectivity) for person in everybody])
    if kept:
        kept.write_bytes(pickle.dumps(done))
    return done


def _judged(done: Run, half: Half) -> Judged:
    names = {person.name for person in people([half])}
    said = list(read(LABELS / f"judgements-{half}.jsonl"))
    return Judged(
        sent=[job for job in done.sent if job.person in names],
        pairs=[pair for pair in read_pairs() if pair.person in names],
        verdicts=verdicts_of(said),
        claims=claims_of(said),
        arrivals={key: item.arrives for key, item in all_captured().items()},
    )


def _as_json(judged: Judged) -> dict[str, object]:
    shares = {name: asdict(share(parts)) | {"value": share(parts).value} for name, parts in shares_of(judged).items()}
    return {"mails": len(judged.mails), "unjudged": len(judged.unjudged), "shares": shares, "causes": judged.causes()}


def _table(half: Half, judged: Judged) -> Table:
    jobs = sum(len(mail.jobs) for mail in judged.mails)
    table = Table(
        title=f"{half}: {len(judged.mails)} mails, {jobs} jobs, of which nobody judged {len(judged.unjudged)}"
    )
    for name in ("", "share", "95 %", "of", "aim"):
        table.add_column(name, justify="left" if not name else "right")
    for name, parts in shares_of(judged).items():
        table.add_row(name, *_cells(share(parts)), _AIMS.get(name, ""))
    # Who is sent many counts as who is sent one.
    alike = {person: [(ratio(own), 1.0)] for person, own in judged.by_person(judged.precision).items() if own}
    table.add_row("precision, each person alike", *_cells(share(alike)), "")
    # One that nobody judged is not right: what the precision is at least.
    parts = judged.by_person(judged.precision)
    for job in judged.unjudged:
        parts.setdefault(job.person, []).append((0.0, 1.0))
    table.add_row("precision, unjudged as wrong", *_cells(share(parts)), "")
    return table


def _cells(value: Share) -> Iterable[str]:
    return (
        (f"{value.value:.1%}", f"{value.low:.0%} to {value.high:.0%}", f"{value.of:.0f}") if value.of else ("", "", "0")
    )


def _people(judged: Judged) -> Table:
    table = Table(title="by person")
    for name in ("", "mails", "jobs", "precision", "top", "nothing", "lines", "recall", "NDCG"):
        table.add_column(name, justify="left" if not name else "right")
    figures = shares_of(judged)
    for person in sorted({pair.person for pair in judged.pairs}):
        mails = [mail for mail in judged.mails if mail.person == person]
        own = [parts.get(person) for parts in figures.values()]
        cells = [f"{ratio(parts):.0%}" if parts else "" for parts in own]
        table.add_row(person, str(len(mails)), str(sum(len(mail.jobs) for mail in mails)), *cells)
    return table


if __name__ == "__main__":
    main()
