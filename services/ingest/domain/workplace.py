"""Remote, hybrid or on-site: a statement about the role beats the board's field; a word about the company does not."""

import re
from collections.abc import Iterable
from typing import get_args

from schemas.posting import Workplace
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document

_ROLE = r"(?:role|position|job|opportunity|post|vacancy|contract)"
_OFFICE = r"(?:(?:the|our|an?|its) )?(?:[\w-]+ ){0,3}(?:office|hq|headquarters|site|studio)s?"
_DAYS = r"(?:[1-4]|one|two|three|four|several|few)(?:\s?(?:-|–|to|or)\s?(?:\d|two|three|four|five))?\+?"

_TITLE = re.compile(
    r"(?P<hybrid>\bhybrid\b(?! cloud| work)|\bhybride?\b(?=\W*$))"
    r"|(?P<onsite>\bon-?site\b|\bin[- ](?:office|person)\b|\bsur site\b|\bvor ort\b)"
    r"|(?P<remote>\b(?:fully |100 ?% )?remote(?:ly)?\b(?! (?:operation|sens|monitor|support|patient|access|control"
    r"|device))"
    r"|\bwork from (?:home|anywhere)\b|\bwfh\b|\bhome[- ]?(?:office|based)\b|\bà distance\b|\btélétravail\b"
    r"|\bremoto\b"
    r"|\bzdaln\w+|\banywhere\b)",
    re.IGNORECASE,
)
_STRONG = re.compile(
    rf"(?P<hybrid>#li-hybrid\b|\bhybrid (?:\w+ )?(?:{_ROLE}|model|schedule|set-?up|basis|arrangement|format)\b"
    rf"|\b{_DAYS} (?:days?|times?)(?: (?:a|per|each|every|/) ?week| weekly)?,? (?:in|at|from|on)[- ]?(?:site|person"
    rf"|{_OFFICE})\b"
    rf"|\b(?:in|at)[- ]?(?:{_OFFICE}|person) (?:at least )?{_DAYS} (?:days?|times?)\b"
    rf"|{_ROLE} is (?:a )?hybrid\b|\b(?:location|workplace|work mode"
    rf"|arbeitsort)\W{{1,4}}(?:[\w, ]{{0,30}}\W)?hybrid\b)"
    rf"|(?P<onsite>#li-onsite\b|\b(?:fully|100 ?%) on-?site\b|\b(?:on-?site|in-?office|in-person) {_ROLE}\b"
    rf"|{_ROLE} (?:is|will be|requires) (?:an? )?(?:fully |100 ?% )?(?:on-?site|in[- ]office|in[- ]person)\b"
    rf"|\bnot (?:a )?remote\b|\bno remote\b|\b(?:5|five) days (?:(?:a|per|each|every) week )?(?:in|at"
    rf"|from) (?:person|{_OFFICE})\b"
    r"|\bin[- ]office full[- ]time\b|\blocation\W{1,4}(?:[\w, ]{0,30}\W)?on-?site\b)"
    rf"|(?P<remote>#li-remote\b|\b(?:fully|100 ?%|entirely|completely)[- ]remote {_ROLE}\b"
    rf"|{_ROLE} (?:is|will be|can be|may be|is designated as)(?: performed| done)?(?: an?)? (?:fully |100 ?% "
    rf"|completely |entirely )?(?:remote(?:ly)?|virtual)\b"
    r"|\bremote (?:role|position|job|opportunity|contract)\b|\bwork(?:ing)? (?:fully |100% )?remotely\b|\b(?:open"
    r"|offered) (?:to|as) (?:fully )?remote\b"
    r"|\b(?:job )?location(?: type)?\W{1,4}(?:100% |fully )?remote\b|\bremote (?:to|within|across|anywhere|from"
    r"|in) (?:the )?(?-i:[A-Z])"
    r"|\bremote\s?[-–—|:,(]\s?(?=(?-i:[A-Z]))|\bremote[- ]optional\b|\bwork (?:from|at) home\b(?! (?:stipend|budget"
    r"|allowance|set))|\bwork from (?:anywhere|wherever)\b"
    r"|\b(?:workplace|work (?:mode|setting|type))\W{1,4}remote\b)",
    re.IGNORECASE,
)
"""A statement about this role."""
_WEAK = re.compile(
    r"(?P<hybrid>\bhybrid (?:work\w*|policy|environment|culture)\b)"
    r"|(?P<remote>\b(?:100 ?%|fully|all|completely)[- ]remote\b|\bremote[- ](?:first|native|friendly|work|team"
    r"|company|environment)\b"
    r"|\b(?:work|performed?|operate)\b[\w ]{0,20}\bremotely\b|\bdistributed team\b|\bremote\b(?=\W*(?:\n|$)))",
    re.IGNORECASE,
)
"""A statement about the company or its ways of working; counts where nothing else does."""
_LOCATION = re.compile(
    r"(?P<hybrid>\bhybrid\b)|(?P<onsite>\bon-?site\b|\bin[- ]office\b)"
    r"|(?P<remote>\bremote\b|\banywhere\b|\bworldwide\b|\bhome[- ]?(?:office|based)\b|\bvirtual\b"
    r"|\bwork from home\b)",
    re.IGNORECASE,
)
_ANCHORS = ("remote", "hybrid", "on-site", "onsite", "office", "-person", "in person", "home", "anywhere", "wherever",
            "virtual", "distributed", "headquarters", " hq")  # fmt: skip
_FOR_A_WHILE = re.compile(
    r"\b(?:\d+|one|two|three|four|several|few) (?:working )?(?:days|weeks|months)\b(?! (?:a|per|each|every) week)"
    r"|\babroad\b"
    r"|\bin exceptional cases\b",
    re.IGNORECASE,
)
"""A benefit for some weeks of the year, and no workplace: `work from anywhere for four weeks`."""
_ELSEWHERE = frozenset({"legal"})


def read_workplace(draft: Draft, document: Document) -> Finding[Workplace]:
    """Decide the workplace. That a board lists only remote jobs is no statement; `unknown` where there is none."""
    return (
        _first(_TITLE, (Stated("title", document.title),))
        or _in_text(_STRONG, document)
        or _first(_LOCATION, draft.locations)
        or _first(_LOCATION, draft.workplace)
        or _in_text(_WEAK, document)
        or Finding("unknown")
    )


def _first(pattern: re.Pattern[str], fields: Iterable[Stated]) -> Finding[Workplace] | None:
    for stated in fields:
        match = pattern.search(stated.text)
        if match is not None:
            return Finding(_named(match), (evidence_of(stated.field, stated.text),))
    return None


def _in_text(pattern: re.Pattern[str], document: Document) -> Finding[Workplace] | None:
    """Hybrid wins over the rest: who may come in two days a week can also work remotely, on the others."""
    found: dict[Workplace, re.Match[str]] = {}
    for start, stop in document.around(_ANCHORS, before=70, after=70):
        for match in pattern.finditer(document.text, start, stop):
            after = document.text[match.end() : match.end() + 60]
            if document.kind_at(match.start()) not in _ELSEWHERE and not _FOR_A_WHILE.search(after):
                found.setdefault(_named(match), match)
    order: tuple[Workplace, ...] = ("hybrid", "remote", "onsite")
    for workplace in order:
        if workplace in found:
            match = found[workplace]
            return Finding(workplace, (quote("text", document.text, match.start(), match.end()),))
    return None


def _named(match: re.Match[str]) -> Workplace:
    return next(workplace for workplace in get_args(Workplace) if workplace == match.lastgroup)
