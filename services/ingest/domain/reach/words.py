"""The small words around a cue and its places: what may stand between, what turns a phrase into something else."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.ingest.domain.lexicon import any_way
from services.ingest.domain.tables import table_of

MOST_GAP: Final = 110
"""Characters between a cue and its first place."""
MOST_BETWEEN: Final = 60
"""Characters between two places of one list."""


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns of the small words in data/reach.toml."""

    filled: re.Pattern[str]
    """Between a cue and the place that it speaks of."""
    remote_gap: re.Pattern[str]
    """Between `remote` and its place: marks and prepositions, no other noun."""
    between: re.Pattern[str]
    """Between two places of one list; also numbers, and a short aside in brackets."""
    subject: re.Pattern[str]
    """Who a clause speaks of: group `you`, the applicant or the role, or `them`."""


@cache
def words() -> Words:
    """The patterns, compiled once."""
    table = table_of("reach.toml")
    between, subjects = table["between"], table["subjects"]
    you, them = any_way(subjects["you"]), any_way(subjects["them"])
    return Words(
        filled=re.compile(
            rf"(?:{_MARKS}|\d{{1,3}}\b|\w+['’]s\b|{any_way(between['cue_and_place'])}\b)*", re.IGNORECASE
        ),
        remote_gap=re.compile(rf"(?:{_MARKS}|{any_way(between['remote_and_place'])}\b)*", re.IGNORECASE),
        between=re.compile(
            rf"(?:\([^()\n]{{0,30}}\)|{_MARKS}|\d{{1,3}}\b|{any_way(between['places'])}\b)*", re.IGNORECASE
        ),
        subject=re.compile(rf"\b(?:(?P<them>{them})|(?P<you>{you}))\b", re.IGNORECASE),
    )


_MARKS = r"[\s,:;()\[\]/|•*'’\"“”.…&+–—·-]"
SENTENCE_END: Final = re.compile(r"[.!?;](?=\s)|\n|•")
NOT_A_PLACE: Final = re.compile(
    r"['’]?s?[ -]{1,2}(?:based )?(?:(?:business|working|core|office|standard|daylight|day) )?(?:hours?|shifts?"
    r"|time ?zones?|time\b"
    r"|clients?|customers?|markets?|friendly|compan(?:y|ies)|teams?\b|users?|laws?\b|dollars?|experience|English"
    r"|accounts?"
    r"|business(?:es)?\b|territor\w+|healthcare|government|entity|subsidiary|equivalent|holidays?|tax\b|insurance"
    r"|schedule"
    r"|leadership|stakeholders|partners\b|operations|expansion|launch|sales|GAAP|daytime|hires?\b|nationality"
    r"|nationals?\b|citizen\w*|passports?|visas?\b|permits?\b)",
    re.IGNORECASE,
)
"""Behind a place, what makes it a market, a clock or a people."""
PREFERRED: Final = re.compile(
    r"\b(?:prefer\w*|ideal\w*|bonus|advantage\w*|(?<!-)optional\w*|nice to have|predominantly"
    r"|prioriti[sz]\w*|bevorzugt|idéalement)\b",
    re.I,
)
PREFERRED_BEHIND: Final = re.compile(
    r"[^.\n;|•]{0,30}\b(?:or (?:an? )?(?:equivalent|similar|comparable|overlapping)|preferred|preferable|preferably"
    r"|is a plus|a plus|is ideal|advantageous|desired|desirable)\b",
    re.I,
)
SMALL_PRINT: Final = re.compile(
    r"(?<!only )(?<!only apply )\bif\b"
    r"|\bin case\b|\bwhere you\b|\bsalar|\bpay\b|\bcompensation\b|\bwages?\b|\bprivacy\b|\blaws?\b|\bI-9\b"
    r"|\bverif|\breimburs|\bpolicy\b"
    r"|\bordinance|\bbenefits?\b|\bstipend|\bcertain\b|\bsome (?:teams|roles|positions)|\binsurance\b|\bdiscriminat"
    r"|\btax\b",
    re.IGNORECASE,
)
"""A sentence on what holds in some place for those who live there, not on who may apply."""
SMALL_PRINT_BEHIND: Final = re.compile(
    r"[^.\n]{0,60}?(?:\bsalar|\bpay (?:range|zone|scale)|\bbase pay|\bcompensation\b|\bplease (?:read|see|review"
    r"|click|note our)"
    r"|\bprivacy\b|\bpremium\b|\bwill (?:receive|be provided)|\bentitled to\b|\breimburs|\bnotice\b|\bpaid at\b|\$\d)",
    re.IGNORECASE,
)
ADDRESSED: Final = re.compile(r"(?:\s(?:residents?|applicants?|candidates?|employees?|only)\b){0,3}\s?:", re.IGNORECASE)
"""Behind a place: what follows speaks to those there (`For California residents only: ...`)."""
FOR_A_WHILE: Final = re.compile(
    r"\b(?:days?|weeks?|months?) (?:a|per|of|each|in|every|/)|\bworkation\b|\btravel|\btrip\b|\babroad\b"
    r"|\bretreats?\b|\boffsites?\b",
    re.IGNORECASE,
)
"""A benefit for some weeks of the year."""
LIMITED_BEHIND: Final = re.compile(
    r"[^.\n]{0,30}\b(?:up to \w+|\d+|one|two|three|four|several|few) (?:\w+ )?(?:days?|weeks?|months?)\b"
    r"(?! (?:(?:a|per|each) (?:week|month)\b|in\b))"
    r"|[^.\n]{0,30}\bweeks? (?:a|per|each|every) year"
    r"|[^.\n]{0,30}\b(?:\d+|une?|una?|um|een|één|deux|dos|dois|due|twee|dwa|zwei|trois|tres|três|tre|drie|trzy|drei"
    r"|quatre|cuatro|quatro|quattro|vier|cztery|einige|quelques|algun[ao]s|enkele|kilka) (?:\w+ )?(?:wochen?"
    r"|monate?n?|semaines?|mois|semanas?|m[eê]s(?:es)?|settiman[ae]|mes[ei]|weken|maand(?:en)?|tygodni\w*|miesiąc\w*)\b",
    re.IGNORECASE,
)
"""What makes `work from anywhere` a benefit for a while."""
NEGATED: Final = re.compile(
    r"\b(?:not|no|cannot|can['’]t|unable|never|don['’]t|doesn['’]t|aren['’]t|isn['’]t|won['’]t|nicht|keine?n?|não|ne)\b"
    r"(?! (?:only|just|merely)\b)(?:(?!, but |, aber |, mais |, pero |, mas )[^.!?;:\n]){0,60}$",
    re.IGNORECASE,
)
LINE_START: Final = re.compile(
    r"[\W_]*(?:be |must |currently |physically |remote|fully |hybrid|onsite|licensed and |independently |\W)*",
    re.IGNORECASE,
)
WHO: Final = re.compile(
    r"\b(?:candidates?|applicants?|applications?|residents?|people|individuals?|talent|anyone|engineers?|developers?"
    r"|based"
    r"|professionals?|contractors?|freelancers?|remote|citizens?)\b",
    re.IGNORECASE,
)
