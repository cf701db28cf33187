"""In which towns work that is not remote is done: those of the board's locations, else what the text says."""

from collections.abc import Iterator

from schemas.posting import Evidence, Reach, Workplace
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of
from services.rules.places import countries_of
from services.rules.towns import MOST, Town, towns_in_field, towns_in_sentence

_OWN_WORDS = ("text", "title")


def read_towns(draft: Draft, workplace: Finding[Workplace], reach: Finding[Reach]) -> Finding[tuple[int, ...]]:
    """The ids of the towns; none of remote work, which is done anywhere.

    Of the text only those words count that decided the workplace or the reach: others name customers and offices.
    """
    if workplace.value == "remote":
        return Finding(())
    countries = _countries(reach.value)
    found: dict[Town, Evidence] = {}
    for stated in draft.locations:
        for town in towns_in_field(stated.text, countries):
            found.setdefault(town, evidence_of(stated.field, stated.text))
    for quoted in () if found else _own_words(workplace, reach):
        for town in towns_in_sentence(quoted.text, countries):
            found.setdefault(town, quoted)
    kept = list(found.items())[:MOST]
    return Finding(tuple(town.id for town, _ in kept), tuple({shown.text: shown for _, shown in kept}.values()))


def _own_words(*findings: Finding[Workplace] | Finding[Reach]) -> Iterator[Evidence]:
    for finding in findings:
        yield from (shown for shown in finding.evidence if shown.source in _OWN_WORDS)


def _countries(reach: Reach) -> frozenset[str]:
    """Those that a reach names, groups expanded."""
    return frozenset(reach.countries).union(*map(countries_of, reach.groups))
