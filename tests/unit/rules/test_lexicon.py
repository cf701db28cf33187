"""A language is a file: each has every entry, and its marks become expressions."""

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import pytest

from services.ingest.domain.reach.cues import CueKind
from services.rules import lexicon
from services.rules.lexicon import builder
from services.rules.lexicon.builder import (
    EVERYWHERE,
    LANGUAGES,
    NEVER,
    any_of,
    composed,
    pattern_of,
    phrases_of,
    spelled,
    table_of,
    written,
)
from tests.support.pumping import entries_of

ENTRIES = entries_of("meanings")


@pytest.mark.parametrize("language", EVERYWHERE)
def test_a_language_has_each_entry_or_says_that_it_has_none(language: str) -> None:
    table = table_of(language)
    assert [entry for entry in ENTRIES if not answered(table, entry.split("."))] == []


def answered(table: Any, path: list[str]) -> bool:
    """Whether a language has ways of writing for an entry, or says of it or its table that it has none, or none yet."""
    if table in ("none", "unwritten"):
        return True
    if not path:
        return isinstance(table, list) and len(table) > 0
    return path[0] in table and answered(table[path[0]], path[1:])


@pytest.mark.parametrize("language", EVERYWHERE)
def test_a_language_has_no_entry_that_nothing_reads(language: str) -> None:
    tables = {entry.rpartition(".")[0] for entry in ENTRIES}
    assert set(entries_of(language)) <= {*ENTRIES, *tables}


@pytest.mark.parametrize("language", EVERYWHERE)
def test_ways_of_writing_are_in_lower_case_and_stand_once(language: str) -> None:
    for entry in ENTRIES:
        ways = written(entry, language)
        assert [way for way in ways if way != way.lower() or way != way.strip()] == [], entry
        assert len(set(ways)) == len(ways), entry


@pytest.mark.parametrize("language", EVERYWHERE)
def test_each_way_of_writing_becomes_an_expression_that_fits_something(language: str) -> None:
    for entry in ENTRIES:
        for way in written(entry, language):
            assert not re.compile(pattern_of(way, entry, language)).match("")


def test_each_entry_has_a_word_in_some_language() -> None:
    assert [entry for entry in ENTRIES if not any(written(entry, language) for language in LANGUAGES)] == []


def test_each_file_of_a_language_is_read() -> None:
    files = Path(builder.__file__).parent.glob("*.toml")
    assert {file.stem for file in files} == {*EVERYWHERE, "meanings"}


def fits(way: str, text: str) -> bool:
    return re.search(pattern_of(way, "marks.tried", "en"), text) is not None


@pytest.mark.parametrize(
    ("way", "texts", "others"),
    [
        ("visa", ["a visa", "visa."], ["visas", "advisa"]),
        ("praktik*", ["praktikum", "praktik"], ["pflichtpraktikum"]),
        ("*praktikum", ["pflichtpraktikum"], ["praktikums"]),
        ("full-time", ["full-time", "full time", "fulltime"], ["full.time"]),
        ("d'un", ["d'un", "d’un"], ["d un"]),
        ("becari[o|a]", ["becario", "becaria"], ["becari", "becarix"]),
        ("intern(ship)(s)", ["intern", "interns", "internships"], ["internal"]),
        ("# months", ["6 months", "12 months"], ["months", "123 months"]),
        ("as a ~ contractor", ["as a contractor", "as a good contractor"], ["as a very good contractor"]),
        ("hired as ... contractor", ["hired as an independent contractor"], ["hired as is. A contractor"]),
        ("fixed-term_six", ["fixed-term (six", "fixed-term, six"], ["fixed-termsix"]),
        ("on call > $ | ;", ["on call", "on call;"], ["on call, always"]),
        ("manager !> of sales | sales", ["manager of all", "manager"], ["manager of sales", "manager sales"]),
        ("befrist* !> oder", ["befristet"], ["befristet oder"]),
        ("stage > de # mois", ["stage de 6 mois"], ["stage de vie"]),
        ("stage !< early | late", ["first stage"], ["early stage", "late stage"]),
        ("partiel < plein ou", ["plein ou partiel"], ["un partiel"]),
        ("an < par | /", ["par an", "/an", "/ an"], ["un an"]),
        (r"autorisé\(e\) à", ["autorisé(e) à"], ["autorisé à"]),
        ("p.a.", ["p.a.", "p.a.x"], ["p a "]),
    ],
)
def test_marks_say_what_fits(way: str, texts: list[str], others: list[str]) -> None:
    assert [text for text in texts if not fits(way, text)] == []
    assert [text for text in others if fits(way, text)] == []


def test_an_entry_may_refer_to_one_beside_it_or_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {
        "job": {"role": ["role", "senior role"], "said": {"is": ["{role} is"], "was": ["{rule} was"], "no": "none"}}
    }
    monkeypatch.setattr(builder, "tables", lambda: dict.fromkeys(EVERYWHERE, table))
    found = re.search(any_of("job.said.is"), "this senior role is")
    assert found is not None
    assert found[0] == "senior role is"
    assert any_of("job.said.no") == NEVER
    with pytest.raises(KeyError, match="refers to rule"):
        any_of("job.said.was")


def test_of_ways_that_begin_alike_the_longest_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {language: {"pay": {"period": "none"}} for language in EVERYWHERE}
    tables["en"] = {"pay": {"period": ["per year", "per year gross"]}}
    monkeypatch.setattr(builder, "tables", lambda: tables)
    found = re.search(any_of("pay.period"), "20 per year gross")
    assert found is not None
    assert found[0] == "per year gross"


def test_a_way_of_writing_can_be_spelled_out() -> None:
    assert spelled("gern(e) [ge|an]sehen") == ["gerne gesehen", "gerne ansehen", "gern gesehen", "gern ansehen"]
    assert spelled(r"plus\)") == [r"plus\)"]


def test_a_phrase_of_the_reach_is_of_one_kind() -> None:
    kinds = [(phrase, kind) for kind in get_args(CueKind) for phrase in set(phrases_of(f"reach.phrase.{kind}"))]
    counted = Counter(phrase for phrase, _ in kinds)
    assert [phrase for phrase, count in counted.items() if count > 1] == []


def test_a_template_names_entries_and_keeps_its_own_braces(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"job": {"role": ["role"], "no": "none"}}
    monkeypatch.setattr(builder, "tables", lambda: dict.fromkeys(EVERYWHERE, table))
    pattern = re.compile(composed("job", r"\d{1,2} {role}|{no}"))
    assert pattern.fullmatch("12 role")
    assert not pattern.fullmatch("12 roles")


EXAMPLE = re.compile(r"`([^`]+)` \(([a-z_.]+)\)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_examples_are_those_of_the_entries_that_they_name(language: str) -> None:
    text = resources.files(lexicon).joinpath(f"{language}.toml").read_text("utf-8")
    given = re.findall(r"((?:^# .*\n)+)\[(\w+)\]", text.partition("\n\n")[2], re.MULTILINE)
    examples = [(room, *found.groups()) for comment, room in given for found in EXAMPLE.finditer(_unwrapped(comment))]
    assert examples
    named = [(words.lower(), f"{room}.{entry}") for room, words, entry in examples]
    assert [example for example in named if not re.search(any_of(example[1], languages=(language,)), example[0])] == []


def _unwrapped(comment: str) -> str:
    return comment.replace("\n# ", " ")


ROOMS = ("services/rules", "services/ingest/domain", "services/ingest/adapters", "services/notifier/domain")
NO_LANGUAGE = {
    r"(?:li|bi)[-_ ]?(?:(?P<hybrid>hybrid)|(?P<onsite>on-?site)|(?P<remote>remote))\b": "tags that LinkedIn reads",
    "(full-?time|part-?time|contract)": "the same",
    "pln|eur|usd|gbp": "codes of currencies",
    "gbp|usd|eur|chf": "the same",
    "(?:US)?[": "a sign of a currency: US$",
    r"\.net": "the name of a skill",
    "IV|V|[1-5]": "numerals of levels",
    "L|IC|E": "codes of grades",
    r"[(\[]at[)\]]": "an address that is written so as not to be one, in English whatever the text is in",
    "strong|i|em|u|s|code|span|sub|sup|thead|tbody": "elements of HTML",
    "div|span|strong|b|em|": "the same",
    "html|head|body|script|meta|div|main|section": "the same",
    "DOCTYPE|ENTITY": "declarations of XML",
    "item|entry": "elements of feeds",
    '"version"': "a key of JSON Feed",
    "rss|feed|rdf|channel": "the same",
    "title|language": "the same",
    "link|guid": "the same",
    "|version|xml:lang": "attributes of feeds",
    '"@(?:type|graph|context)"': "keys of JSON-LD",
    "/v1/boards/[^/]+/jobs": "an address",
    "/v1/companies/[^/]+/postings": "the same",
    "sep=": "what a table of Excel begins with",
    "pay\\.": "a field of drafts",
    "next(?:[^a-z]|$|_?(?:page|url|link|href))": "names of fields",
    "usd|eur|gbp|chf|cad|aud": "codes of currencies",
    "wants? to be hired|seeking freelancer": "titles of threads of Hacker News",
    "other\\b": "what We Work Remotely writes where nothing is said",
    r"\s+only$": "the same, behind a country",
    r"and\s+": "the same, in lists of countries",
    r"(?:,\s*and|,|\s+and)": "the same",
    "Headquarters:": "the same, before the text",
    "applying.{0,80}": "what Remote OK puts behind a text",
    r"Please mention the words? \*\*[^*<]{0,80}\*\* and tag R[A-Za-z0-9+/=]{0,80} when": "the same",
    "This is a (?:beta )?feature to avoid spam applicants": "the same",
    "Companies can search these words to find applicants that read this and see they're human": "the same",
}
"""Parts of expressions that stand outside the lexicon, and why: no words of a language, or of none of the eight."""
MARKS_OF_PATTERNS = re.compile(r"\\[bswdBSWDAZ]|\(\?|\|\w|\w\||\$$|^\^|[\])][?*+{]")
NO_WORDS_OF_PATTERNS = re.compile(
    r"\(\?P<\w+>|\(\?P=\w+\)|\(\?[imsx-]+[:)]|\{[\w.]+\}|\\[a-zA-Z]|\[[^\]]*\]|\\u[0-9a-fA-F]{4}|&\w+;|</?\w+"
)
WORD = re.compile(r"[^\W\d_]{2,}")


def words_of_the_languages() -> frozenset[str]:
    ways = (way for language in LANGUAGES for entry in ENTRIES for way in written(entry, language))
    return frozenset(word for way in ways for word in WORD.findall(way))


def patterns_in(source: str) -> Iterator[tuple[int, str]]:
    """The literals of a module that are expressions, or parts of one, without names of groups and escapes."""
    tree = ast.parse(source)
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            compiled = MARKS_OF_PATTERNS.search(node.value)
            if compiled:
                yield node.lineno, node.value


def words_in_patterns(source: str, known: Collection[str]) -> list[tuple[int, str]]:
    """Words of languages in the expressions of a module, with their lines."""
    return [
        (line, word)
        for line, pattern in patterns_in(source)
        for word in WORD.findall(NO_WORDS_OF_PATTERNS.sub(" ", _without_exceptions(pattern)).lower())
        if word in known
    ]


def _without_exceptions(pattern: str) -> str:
    for exception in NO_LANGUAGE:
        pattern = pattern.replace(exception, " ")
    return pattern


def test_no_expression_outside_the_lexicon_holds_words_of_a_language() -> None:
    known = words_of_the_languages()
    root = Path(lexicon.__file__).parents[3]
    modules = [
        file for room in ROOMS for file in (root / room).rglob("*.py") if file.parent.name not in ("lexicon", "data")
    ]
    assert len(modules) > 80
    found = {str(file.relative_to(root)): words_in_patterns(file.read_text("utf-8"), known) for file in modules}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r're.compile(r"\b(?:or|oder)\b")', ["or", "oder"]),
        (r're.compile(rf"{x}(?:years?|jahre)")', ["years", "jahre"]),
        (r're.compile(r"(?P<years>\d+) {year}")', []),
        (r'any_of("joint.or")', []),
        (r'"""Of `(?:or|and)` a docstring may speak."""', []),
    ],
)
def test_words_of_a_language_are_found_in_expressions_alone(source: str, words: list[str]) -> None:
    assert [
        word for _, word in words_in_patterns(source, {"or", "oder", "year", "years", "jahre", "joint", "and"})
    ] == words
