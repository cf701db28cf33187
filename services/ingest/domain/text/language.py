"""The language that a posting is written in."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.ingest.domain.findings import Finding, evidence_of
from services.ingest.domain.tables import table_of
from services.rules.languages.codes import ONE_CODE
from services.rules.lexicon.builder import LANGUAGES, phrases_of
from services.rules.sections import Document

_CHUNK = 250
_MOST_CHUNKS = 5
_LEAST_SHARE = 0.6
"""A text of two languages is in that of most of its parts, or in none."""
_LEAST_WORDS = 4
"""Votes of function words that tell the language of a part."""
_LEAST_LEAD = 1.5
"""So many times as many as the second language has."""
_FEWER_WORDS = 2
"""Enough where the whole text is no longer than this."""
_LEAST_LETTERS = 120
"""Below this a text of names and terms is told wrongly too often by its letters."""
_LEAST_PROBABILITY = 0.8
_LEAST_FOREIGN = 0.25
"""Of the letters: a Japanese text on programming has more Latin ones than Japanese."""
_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")
"""Not a letter by itself: the `w` of `(m/w/d)` is no Polish."""
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[#@]\w+|\d+")
_FOREIGN = re.compile(r"[\u0370-\u1cff\u1f00-\u1fff\u3040-\ud7a3\uf900-\ufaff]")
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("uk", re.compile(r"[іїєґІЇЄҐ]")),
)
"""Scripts that one language is written in, or nearly; the first of which there is enough. What else there is
(Cyrillic, Arabic, Indian scripts) serves several."""
_LEAST_SCRIPT = 0.05
"""Of the letters: Japanese may have many Chinese characters and few of its own."""


def read_language(document: Document, stated: str | None) -> Finding[str | None]:
    """Decide the language (ISO 639-1): of the text, else as the board states it where the text is too short to tell.

    Function words tell the clear cases, scripts others; what they leave open, a model of letters (py3langid) does.
    None where the text is short or mixed and the board says nothing.
    """
    chunks = _chunks(document.text)
    if not chunks:
        return _as_stated(stated)
    if len(document.text) <= _CHUNK:
        return _of_little(chunks[0], stated)
    needed = _LEAST_SHARE * len(chunks)
    spoken: Counter[str] = Counter()
    open_ones: list[str] = []
    for chunk in chunks:
        code = _by_script(chunk) or _by_words(chunk, _LEAST_WORDS)
        if code is None:
            open_ones.append(chunk)
            continue
        spoken[code] += 1
        if spoken[code] >= needed:
            return Finding(code)
    if sum(map(str.isalpha, "".join(chunks))) < _LEAST_LETTERS:
        return _as_stated(stated)
    for chunk in open_ones:
        spoken[_by_letters(chunk) or "?"] += 1
    code, times = spoken.most_common(1)[0]
    if code != "?" and times >= _LEAST_SHARE * (len(chunks) - spoken["?"]) and times * 2 >= len(chunks):
        return Finding(code)
    return Finding(None, (evidence_of("text", "mixed or unclear: " + ", ".join(sorted(spoken))),))


def _of_little(text: str, stated: str | None) -> Finding[str | None]:
    code = _by_script(text) or _by_words(text, _FEWER_WORDS) or _by_posting_words(text)
    if code is None and sum(map(str.isalpha, text)) >= _LEAST_LETTERS:
        code = _by_letters(text)
    return Finding(code) if code else _as_stated(stated)


def _as_stated(stated: str | None) -> Finding[str | None]:
    code = (stated or "")[:2].lower()
    known = len(code) == 2 and code.isascii() and code.isalpha()
    return Finding(code, (evidence_of("language", stated or ""),)) if known else Finding(None)


def _chunks(text: str) -> list[str]:
    """Pieces spread evenly over the text; beginning, middle and end first: mostly they agree, and that settles it."""
    starts = range(0, len(text), _CHUNK)
    if len(starts) > 1 and len(text) - starts[-1] < _CHUNK // 3:
        starts = starts[:-1]
    even = starts[:: max(1, -(-len(starts) // _MOST_CHUNKS))]
    return [text[start : start + _CHUNK] for start in (*even[::2], *even[1::2])]


def _by_words(text: str, least: int) -> str | None:
    known = map(_function_words().get, text.lower().split())
    votes: dict[str, int] = {}
    for code in chain.from_iterable(filter(None, known)):
        votes[code] = votes.get(code, 0) + 1
    if not votes:
        return None
    first = max(votes, key=votes.__getitem__)
    most = votes.pop(first)
    return first if most >= max(least, _LEAST_LEAD * max(votes.values(), default=0)) else None


def _by_posting_words(text: str) -> str | None:
    """By words of postings beside those of grammar: of lines that are all facts."""
    words = set(_WORD.findall(text.lower()))
    votes = Counter(chain.from_iterable(_function_words().get(word, ()) for word in words))
    votes.update({code: 2 * len(words & own) for code, own in _posting_words().items()})
    (first, most), (_, second) = votes.most_common(2)
    return first if most >= max(_FEWER_WORDS, _LEAST_LEAD * second) else None


def _by_script(text: str) -> str | None:
    foreign = len(_FOREIGN.findall(text)) if not text.isascii() else 0
    if not foreign:
        return None
    letters = sum(map(str.isalpha, text))
    if foreign < _LEAST_FOREIGN * letters:
        return None
    return next((code for code, script in _SCRIPTS if len(script.findall(text)) >= _LEAST_SCRIPT * letters), None)


def _by_letters(text: str) -> str | None:
    code, probability = _identifier().classify(_NOISE.sub(" ", text))
    return ONE_CODE.get(code, code) if probability >= _LEAST_PROBABILITY else None


def function_words() -> dict[str, Sequence[str]]:
    """Give the words that carry grammar, by language (ISO 639-1)."""
    function_words = {code: words.split() for code, words in table_of("function_words.toml").items()}
    return {code: phrases_of("language.grammar", languages=(code,)) for code in LANGUAGES} | function_words


@cache
def _function_words() -> Mapping[str, tuple[str, ...]]:
    """The votes of each word: one for each language that has it, two where no other does."""
    languages: dict[str, tuple[str, ...]] = {}
    for code, words in function_words().items():
        for word in dict.fromkeys(words):
            languages[word] = (*languages.get(word, ()), code)
    return {word: codes if len(codes) > 1 else codes * 2 for word, codes in languages.items()}


@cache
def _posting_words() -> Mapping[str, frozenset[str]]:
    return {code: frozenset(phrases_of("language.own", languages=(code,))) for code in LANGUAGES}


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
