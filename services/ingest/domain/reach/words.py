"""The small words around a phrase and its places: what may stand between, what turns a phrase into something else."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.rules.lexicon.builder import composed

MOST_GAP: Final = 110
"""Characters between a phrase and its first place."""
MOST_BETWEEN: Final = 60
"""Characters between two places of one list."""
SENTENCE_END: Final = re.compile(r"[.!?;](?=\s)|\n|•")
_MARKS: Final = r"[\s,:;()\[\]/|•*'’\"“”.…&+–—·-]"


@dataclass(frozen=True, slots=True)
class Words:
    """For text in lower case, but `seat`. What their words are for stands in rules/lexicon/meanings.toml, `[reach]`."""

    filled: re.Pattern[str]
    """Between a phrase and the place that it speaks of."""
    remote_gap: re.Pattern[str]
    """Between `remote` and its place: marks and prepositions, no other noun."""
    between: re.Pattern[str]
    """Between two places of one list; also numbers, and a short aside in brackets."""
    subject: re.Pattern[str]
    """Who a clause speaks of: group `you` or `joining`, the applicant or the role, or `them`."""
    subject_role: re.Pattern[str]
    """A few words between an article and what is said of them, the group `role`."""
    not_a_place: re.Pattern[str]
    """Behind a place."""
    preferred: re.Pattern[str]
    preferred_behind: re.Pattern[str]
    small_print: re.Pattern[str]
    small_print_behind: re.Pattern[str]
    addressed: re.Pattern[str]
    """Behind a place: what follows speaks to those there (`For California residents only: ...`)."""
    for_a_while: re.Pattern[str]
    limited_behind: re.Pattern[str]
    """What makes `work from anywhere` a benefit for a while."""
    negated: re.Pattern[str]
    line_start: re.Pattern[str]
    who: re.Pattern[str]
    role: re.Pattern[str]
    applicant: re.Pattern[str]
    location: re.Pattern[str]
    anywhere: re.Pattern[str]
    limited: re.Pattern[str]
    hires_at: re.Pattern[str]
    remote: re.Pattern[str]
    considers: re.Pattern[str]
    each: re.Pattern[str]
    all_states: re.Pattern[str]
    lives: re.Pattern[str]
    people_who: re.Pattern[str]
    otherwise: re.Pattern[str]
    pay_zone: re.Pattern[str]

    hiring_region: re.Pattern[str]
    market_role: re.Pattern[str]
    maker_role: re.Pattern[str]
    all_places: re.Pattern[str]
    only_said: re.Pattern[str]
    office: re.Pattern[str]
    other_way: re.Pattern[str]
    """That one may work remotely instead."""
    any_license: re.Pattern[str]
    """In a sentence on the licence of a state."""
    licensed: re.Pattern[str]
    zone_behind: re.Pattern[str]
    """Behind a region: the time zones of a continent are where people live."""
    seat_behind: re.Pattern[str]
    """Behind a region in a title: `APAC, based in Tokyo`."""
    seat: re.Pattern[str]
    """Before the place of the employer."""


@cache
def words() -> Words:
    """The patterns, compiled once."""
    return Words(
        filled=pattern_of(rf"(?:{_MARKS}|\d{{1,3}}\b|\w+['’]s\b|{{between.cue_and_place}})*"),
        remote_gap=pattern_of(rf"(?:{_MARKS}|{{between.remote_and_place}})*"),
        between=pattern_of(rf"(?:\([^()\n]{{0,30}}\)|{_MARKS}|\d{{1,3}}\b|{{between.places}})*"),
        subject=pattern_of(
            r"(?P<joining>{joining}\b[\w ,-]{0,40}?{group})|(?P<them>{subject.them})|(?P<you>{subject.you})"
        ),
        subject_role=pattern_of(r"^\W*(?:{article}|{subject.them}) (?P<role>[\w/&-]+(?: [\w/&-]+){0,4}) ?$"),
        not_a_place=pattern_of(r"['’]?s?[ -]{1,2}{not_a_place}"),
        preferred=pattern_of(r"{preferred}"),
        preferred_behind=pattern_of(r"[^.\n;|•]{0,30}{preferred_behind}"),
        small_print=pattern_of(r"{small_print}"),
        small_print_behind=pattern_of(r"[^.\n]{0,60}?(?:{small_print_behind}|\$\d)"),
        addressed=pattern_of(r"(?:\s{addressed}){0,3}\s?:"),
        for_a_while=pattern_of(r"{for_a_while}"),
        limited_behind=pattern_of(r"[^.\n]{0,30}(?:\b(?:\d+|{some}) (?:\w+ )?{weeks}|{weeks_a_year})"),
        negated=pattern_of(r"{negation}(?! {only})(?:(?!, {but} )[^.!?;:\n]){0,60}$"),
        line_start=pattern_of(r"[\W_]*(?:{line_start}|\W)*"),
        who=pattern_of(r"{who}"),
        role=pattern_of(r"{role}"),
        applicant=pattern_of(r"{applicant}"),
        location=pattern_of(r"{location}"),
        anywhere=pattern_of(r"{anywhere}$"),
        limited=pattern_of(r"{limited}"),
        hires_at=pattern_of(r"{hires_at}$"),
        remote=pattern_of(r"{remote}"),
        considers=pattern_of(r"{considers}"),
        each=pattern_of(r"\s{each} "),
        all_states=pattern_of(r"{all_states}"),
        lives=pattern_of(r"{lives}\s+$"),
        people_who=pattern_of(r"{people_who}\s$"),
        otherwise=pattern_of(r"[,:;–-]\s{other_subject}|{other_demand}"),
        pay_zone=pattern_of(r"\W*{pay_zone}\s?[:–—-]"),
        hiring_region=pattern_of(r"{hiring_region}"),
        market_role=pattern_of(r"{market_role}"),
        maker_role=pattern_of(r"{maker_role}"),
        all_places=pattern_of(r"{all_places}"),
        only_said=pattern_of(r"{only_behind}"),
        office=pattern_of(r"{office}"),
        other_way=re.compile(composed("workplace", " {or_remote}|{option}")),
        any_license=pattern_of(r"{any_license}"),
        licensed=pattern_of(r"{licence}"),
        zone_behind=pattern_of(r"[ -](?:{clock_behind})"),
        seat_behind=pattern_of(r",? {seat_behind}"),
        seat=re.compile(composed("reach", r"(?i:{we_are})\s+|(?i:{our})\s+(?=(?:[A-Z]\w+ ){1,3}(?i:{our_office}))")),
    )


def pattern_of(template: str) -> re.Pattern[str]:
    """Compile a template of the entries under `[reach]`, for text in lower case.

    Without regard to case the same takes three times as long: there no letter passes a choice of words over at once.
    """
    return re.compile(composed("reach", template))


def speaks_of_you(before: str) -> bool | None:
    """Whether the nearest subject is the applicant or the role; None where there is none."""
    subjects = [subject.lastgroup for subject in words().subject.finditer(before)]
    return subjects[-1] != "them" if subjects else None
