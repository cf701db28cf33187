"""The words for remote, hybrid and on-site work; all patterns but those of title and field read lower-case text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from schemas.posting import Workplace
from services.ingest.domain.workplace import days
from services.rules.lexicon.builder import any_of, composed

Rank = Literal["tag", "option", "days", "said", "way", "anywhere", "policy", "weak"]
"""How plainly a statement is about the role."""

_GAP: Final = r"(?!-\w)\W{1,4}(?:[\w, /-]{0,30}[^\w\n])?"
"""Between a label and what it heads."""
_LINE: Final = r"(?:^|\n)\W{0,4}"
_DENIED: Final = r"(?: \w+){0,2}\s?[:?–\n-]\W{0,4}{visa.no}(?=\s?(?:$|[\n.,;|(•]))"
"""Behind a label for remote work, in a form: `Work remotely: no`."""
_OFFERED: Final = "{way.hybrid}|{chance} {home_work}"
_NOT_WORK: Final = f"(?![ -]{{not_work}}|{_DENIED})"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml, under `[workplace]`."""

    title: re.Pattern[str]
    """In any case, as `field`: a group is named as its workplace."""
    field: re.Pattern[str]
    homes: re.Pattern[str]
    at_desk: re.Pattern[str]
    option: re.Pattern[str]
    statements: Mapping[tuple[Rank, Workplace], re.Pattern[str]]
    """Behind a group whose name begins with `capital` a capital has to stand, behind `place` a known place."""
    conditional: re.Pattern[str]
    denied: re.Pattern[str]
    """Behind remote work: there is none."""
    not_given: re.Pattern[str]
    """Before it."""
    not_from_home: re.Pattern[str]
    offered: re.Pattern[str]
    """Some of it is done away from the office, in a field or a title; all of it beside `wholly`."""
    wholly: re.Pattern[str]
    asked: re.Pattern[str]
    """What a form asks of the role, with a note in dashes: no statement, and an option for some is none either."""
    past: re.Pattern[str]
    used_to: re.Pattern[str]
    for_a_while: re.Pattern[str]
    """A benefit for some weeks of the year, and no workplace: `work from anywhere for four weeks`."""
    at_times: re.Pattern[str]
    pandemic: re.Pattern[str]
    """Why one works from home for now."""


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    return Patterns(
        title=re.compile(_forms("title"), re.IGNORECASE),
        field=re.compile(_forms("field"), re.IGNORECASE),
        homes=_pattern(r"{in_homes}.{0,60}{carer}|{carer}.{0,60}{in_homes}"),
        at_desk=_pattern("{at_desk}"),
        option=_pattern(rf"{{option}}|,? {{or_remote}}{_NOT_WORK}"),
        statements={
            ("said", "hybrid"): _pattern(_hybrid_said()),
            ("said", "onsite"): re.compile(_onsite_said()),
            ("said", "remote"): _pattern(_remote_said()),
            ("way", "hybrid"): _pattern(_OFFERED),
            ("way", "onsite"): _pattern(
                r"{way.onsite}|(?:^|[.\n] ?){based_in_office}"
                r"|{works_there} {at} (?P<place>)(?![^.\n]{0,50}{not_always})"
            ),
            ("way", "remote"): _pattern("{way.remote}"),
            ("anywhere", "remote"): re.compile(_remote_anywhere()),
            ("weak", "hybrid"): _pattern("{weak.hybrid}"),
            ("weak", "onsite"): _pattern(
                r"(?:(?:^|\n)\W{0,4}|{you_do} ){visits}(?![^.\n]{0,60}{not_there})[^.\n]{0,60}{at_homes}"
            ),
            ("weak", "remote"): _pattern(r"{weak.remote}|{remote}(?=\W*(?:\n|$))"),
        },
        conditional=_pattern("{conditional}"),
        denied=_pattern(rf"[^.\n]{{0,30}}{{impossible}}|{_DENIED}"),
        not_given=_pattern(r"(?:{not_given}[^.,;\n]{0,25}|{no_home_work} (?:{chance} )?)$"),
        not_from_home=_pattern(_not_from_home()),
        offered=_pattern(_OFFERED),
        wholly=_pattern("100 ?%|{wholly}"),
        asked=_pattern(r"{asked}[^.?\n]{0,80}\?(?:\W{0,3}-[^-\n]{5,90}-)?"),
        past=_pattern(r"{past}[^.\n]{0,60}$"),
        used_to=_pattern(r"{used_to} [^.,;\n]{0,30}$"),
        for_a_while=_pattern(r"{weeks}|{some} (?:\w+ )?{week}"),
        at_times=_pattern("{at_times}"),
        pandemic=_pattern("{pandemic}"),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("workplace", template))


def _forms(source: str) -> str:
    forms = ("hybrid", "onsite", "remote")
    return "|".join(f"(?P<{form}>{any_of(f'workplace.{source}.{form}')})" for form in forms)


def _hybrid_said() -> str:
    return (
        r"{said.hybrid}|{said.splits} (?=[^.\n]{0,50}{said.between})"
        rf"|{{label}}{_GAP}{{hybrid_form}}|{{hybrid_at}} (?P<capital>)"
        r"|(?:^|\n)[^\w\n•]{0,4}{hybrid_form}(?= ?(?:$|\n|[,;(|·–—]|: ))(?!\W{1,3}{not_hybrid})"
        rf"|{_LINE}{{hybrid_form}}\W{{1,3}}(?:{any_of('week.about')} )?(?:[1-4]|{any_of('week.some')})\b"
    )


def _not_from_home() -> str:
    return "{home_work} {impossible}|(?:{no_home_work} |{not_given} ?)(?:{chance} )?{home_work}"


def _onsite_said() -> str:
    """The role is on-site, said of it."""
    week, at = days.all_week(), days.office()
    said = composed(
        "workplace",
        rf"{{said.onsite}}|{_not_from_home()}"
        r"|{wholly} {there}|{there} {only_so}|{must_be_there}(?![^.\n]{0,30}{not_always})"
        rf"|{{label}}{_GAP}{{there}}(?! {{joint.or}} )"
        rf"|{_LINE}(?:100 ?% )?{{there}}(?= ?(?:$|\n|[,;.(|·–—]))|{_LINE}{{there}} {{at}} (?P<capital>)",
    )
    premises = composed("workplace", f"(?:{at}|{{plant}})")
    at_office = composed("workplace", f"{{in}} {at}")
    return said + composed(
        "workplace",
        rf"|\b{week} (?:{{in_person}}|{at_office}\b)|{{presence}} {at_office} {{is_required}}"
        rf"|{{be_there}}[^.,\n]{{0,25}}? {{into}} {premises}(?: {{in_the}} \w+)?,? \(?{week}\b"
        rf"|{{place_of_work}} {premises}(?! {{joint.or}})",
    )


def _remote_said() -> str:
    return (
        rf"{_LINE}{{remote_line}}{_NOT_WORK}[^\n.]{{0,55}}(?=$|\n)|{_LINE}{{fully_remote}}\.(?=\s|$)|{{said.remote}}|{{seeks_remote}}{_NOT_WORK}"
        rf"|{{label}}{_GAP}(?:{{wholly_form}} )?{{remote_form}}|{{remote_at}} (?P<capital>)"
        rf"|{{remote}}{_NOT_WORK}(?:\s?[–—|:,(]\s?| -\s?|-\s)(?P<capital_too>)|{{remote}}-(?P<place>)"
        r"|{label}\W{1,4}{home}(?= ?(?:$|\n|[.,;(]))|{wholly} {remotely}"
        rf"|(?:^|\n){{remote}}{_NOT_WORK} (?P<capital_next>)"
        r"|[-–—|·(] ?{fully_remote}(?=\s?(?:[)|·–—\n-]|$|{behind_remote}))"
    )


def _remote_anywhere() -> str:
    """One may work from anywhere, all over the world or within a part of it.

    What is done for some weeks is told apart by whoever asks.
    """
    anywhere, all_over = any_of("anywhere.from_anywhere"), any_of("anywhere.all_over")
    remote, work = any_of("anywhere.remote", whole=False), any_of("anywhere.remote_work", whole=False)
    return (
        rf"{any_of('workplace.may_be_done')}"
        rf"|\b{remote}\W{{1,3}}(?:{work} )?(?:{anywhere}|{all_over})"
        rf"(?! {any_of('anywhere.of_company')})"
        rf"|(?:^|[\n.!?;•|]) ?(?:{any_of('anywhere.begins')} )?{anywhere}"
        rf"(?= ?(?:$|[\n.!,;|(])| {any_of('anywhere.within')} )"
        rf"|{any_of('anywhere.work')}(?: \w+){{0,2}} {anywhere}"
        rf"|{anywhere}(?: {any_of('anywhere.from_behind')})? {any_of('anywhere.to_work')}"
    )
