"""The country whose small print a posting holds: benefits, forms and authorities that are of one country alone."""

from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.ingest.domain.findings import quote
from services.ingest.domain.reach.named import Named
from services.ingest.domain.tables import table_of
from services.ingest.domain.text.sections import Document


@cache
def _table() -> tuple[AhoCorasick, tuple[str, ...]]:
    words = {word: country for country, entry in table_of("home.toml").items() for word in entry["words"]}
    automaton = AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return automaton, tuple(words.values())


def home_of(document: Document) -> Named:
    """Name the one country whose small print a text holds; nothing where there are several, or none."""
    automaton, countries = _table()
    text = document.lowered
    found: dict[str, tuple[int, int]] = {}
    for word, start, end in automaton.find_matches_as_indexes(text):
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            found.setdefault(countries[word], (start, end))
    named = Named()
    if len(found) == 1:
        ((country, (start, end)),) = found.items()
        named.countries[country] = None
        named.evidence.append(quote("text", document.text, start, end))
    return named
