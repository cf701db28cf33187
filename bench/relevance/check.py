"""Checks judgements: `python -m bench.relevance.check FILE` says what is amiss and which pairs are not judged yet."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from bench.relevance.judgements import ClaimJudgement, Fault, Judgement, read, unfit
from bench.relevance.pairs import DECIDING_PAIRS, NEAR_PAIRS, PAIRS, SENT_LATER, TRAINING_PAIRS, read_pairs


def main() -> None:
    """Exit 1 where a line is amiss."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    pairs = {
        (pair.person, pair.posting): pair
        for file in (PAIRS, SENT_LATER, TRAINING_PAIRS, DECIDING_PAIRS, NEAR_PAIRS)
        for pair in read_pairs(file)
    }
    faults, seen, claims = 0, Counter[tuple[str, str, str]](), 0
    for number, said in enumerate(read(given.file), start=1):
        amiss = said.said if isinstance(said, Fault) else unfit(said, pairs)
        if isinstance(said, Judgement):
            seen[said.reader, said.person, said.posting] += 1
            amiss = amiss or ("judged twice" if seen[said.reader, said.person, said.posting] > 1 else None)
        claims += isinstance(said, ClaimJudgement)
        if amiss:
            faults += 1
            print(f"line {said.line if isinstance(said, Fault) else number}: {amiss}")
    judged = {(person, posting) for _, person, posting in seen}
    for person in sorted({person for person, _ in judged}):
        missing = [posting for reader, posting in pairs if reader == person and (reader, posting) not in judged]
        print(f"{person}: {sum(reader == person for reader, _ in judged)} pairs judged, {len(missing)} not yet")
        for posting in missing[:5]:
            print(f"    not yet: {posting}")
    print(f"{len(judged)} pairs, {claims} claims, {faults} lines amiss")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
