"""The small words around a cue and its places: what may stand between, what turns a phrase into something else."""

import re
from typing import Final

MOST_GAP: Final = 110
"""Characters between a cue and its first place."""
MOST_BETWEEN: Final = 60
"""Characters between two places of one list."""

_MARKS = r"[\s,:;()\[\]/|•*'’\"“”.…&+–—-]"
_FILLERS = (
    r"a|an|the|that|this|these|those|following|below|any|anywhere|all|one|either|both|each|every|within|in|from|of|or|and|to"
    r"|for|across|throughout|at|near|around|on|as|be|is|are|who|which|you|will|must|can|currently|legally|lawfully|physically"
    r"|permanently|already|only|exclusively|strictly|based|located|living|residing|reside|resides|live|lives|work|working"
    r"|works|employed|employment|remotely|remote|remote-based|home|hybrid|onsite|full-time|part-time|fully|eligible|able"
    r"|authori[sz]ed|authori[sz]ation|permitted|right|candidates?|applicants?|applications?|residents?|people|persons?"
    r"|individuals?|talent|employees?|contractors?|freelancers?|professionals?|engineers?|developers?|designers?|members?"
    r"|anyone|someone|position|role|job|opportunity|opening|countries|country|states?|provinces?|regions?|areas?|locations?"
    r"|cities|city|greater|metro|metropolitan|parts?|major|select|certain|european|u\.s\.|us-based|no|new|our|hubs?|offices?"
    r"|permanent|unrestricted|full|valid|legal|without|sponsorship|restrictions?|employer"
    r"|der|die|das|den|dem|des|und|oder|im|aus|innerhalb|von|ganz|mit|sitz|bewerber\w*|la|le|les|l|l'|du|de|des|d|d'|et|ou"
    r"|en|au|aux|dans|travailler|el|los|las|un|una|del|y|o|e|u|que|para|trabajar|países|países:|país|do|da|dos|das|no|na"
    r"|nos|nas|em|trabalhar|il|lo|gli|in|nel|nella|i|w|na|terenie|het"
)
FILLED: Final = re.compile(rf"(?:{_MARKS}|(?:{_FILLERS})\b)*", re.IGNORECASE)
"""Between a cue and the place that it speaks of."""
REMOTE_GAP: Final = re.compile(
    r"(?:\s*(?:[-–—|:,(/•·\[.]|(?:first|only|ok|work|working|position|role|job|opportunity|opening|candidates?|applicants?"
    r"|employees?|workers?|based|located|eligible|friendly)\b|(?:anywhere )?(?:within|from|in|across|throughout|inside|to|aus"
    r"|innerhalb|en|depuis|dans|au|desde|dentro|de|do|no|na|em|w|z|da|dall|in ganz)\b|(?:anywhere|the|any|all|of|or|and|at"
    r"|home|us-based|either|hybrid)\b)){0,8}\s*[-–—|:,(/•·\[]?\s*",
    re.IGNORECASE,
)
"""Between `remote` and its place: marks and prepositions, no other noun."""
BETWEEN: Final = re.compile(
    rf"(?:{_MARKS}|\d{{1,3}}\b|(?:and|or|and/or|und|oder|sowie|et|ou|y|e|o|u|i|lub|plus|as|well|also|including|the|in|within|from|of|to"
    r"|across|either|parts|states?|provinces?|regions?|areas?|metro|metropolitan|city|cities|county|greater|only|remote"
    r"|remotely|hybrid|onsite|based|time|zones?|timezones?|east|west|coast|central|eastern|et|pst|est|cet|hq|offices?"
    r"|countries|country|other|major|continental|northern|southern|la|le|les|en|au|aux|der|die|das|im|los|las|el|do|da"
    r"|dos)\b|\([^()\n]{0,30}\))*",
    re.IGNORECASE,
)
"""Between two places of one list."""
NOT_A_PLACE: Final = re.compile(
    r"['’]?s?[ -]{1,2}(?:based )?(?:(?:business|working|core|office|standard|daylight|day) )?(?:hours?|shifts?|time ?zones?|time\b"
    r"|clients?|customers?|markets?|friendly|compan(?:y|ies)|teams?\b|users?|laws?\b|dollars?|experience|English|accounts?"
    r"|business(?:es)?\b|territor\w+|healthcare|government|entity|subsidiary|equivalent|holidays?|tax\b|insurance|schedule"
    r"|leadership|stakeholders|partners\b|operations|expansion|launch|sales|GAAP|daytime|hires?\b|nationality|nationals?\b|citizen\w*|passports?|visas?\b|permits?\b)",
    re.IGNORECASE,
)
"""Behind a place, what makes it a market, a clock or a people."""
PREFERRED: Final = re.compile(
    r"\b(?:prefer\w*|ideal\w*|bonus|advantage\w*|optional\w*|nice to have|bevorzugt|idéalement)\b", re.I
)
PREFERRED_BEHIND: Final = re.compile(
    r"[^.\n;|•]{0,30}\b(?:or (?:an? )?(?:equivalent|similar|comparable|overlapping)|preferred|preferable|preferably|is a plus|a plus|is ideal|advantageous|desired|desirable)\b",
    re.I,
)
SMALL_PRINT: Final = re.compile(
    r"\bif\b|\bwhere you\b|\bsalar|\bpay\b|\bcompensation\b|\bwages?\b|\bprivacy\b|\blaws?\b|\bI-9\b|\bverif|\breimburs|\bpolicy\b"
    r"|\bordinance|\bbenefits?\b|\bstipend|\bcertain\b|\bsome (?:teams|roles|positions)|\binsurance\b|\bdiscriminat|\btax\b",
    re.IGNORECASE,
)
"""A sentence on what holds in some place for those who live there, not on who may apply."""
SMALL_PRINT_BEHIND: Final = re.compile(
    r"[^.\n]{0,60}?(?:\bsalar|\bpay (?:range|zone|scale)|\bbase pay|\bcompensation\b|\bplease (?:read|see|review|click|note our)"
    r"|\bprivacy\b|\bpremium\b|\bwill (?:receive|be provided)|\bentitled to\b|\breimburs|\bnotice\b|\bpaid at\b|\$\d)",
    re.IGNORECASE,
)
FOR_A_WHILE: Final = re.compile(
    r"\b(?:days?|weeks?|months?) (?:a|per|of|each|in|every|/)|\bworkation\b|\btravel|\btrip\b|\babroad\b|\bretreats?\b|\boffsites?\b",
    re.IGNORECASE,
)
"""A benefit for some weeks of the year."""
LIMITED_BEHIND: Final = re.compile(
    r"[^.\n]{0,30}\b(?:up to \w+|\d+|one|two|three|four|several|few) (?:\w+ )?(?:days?|weeks?|months?)\b(?! (?:a|per|each|in) )"
    r"|[^.\n]{0,30}\bweeks? (?:a|per|each|every) year",
    re.IGNORECASE,
)
"""What makes `work from anywhere` a benefit for a while."""
NEGATED: Final = re.compile(
    r"\b(?:not|no|cannot|can['’]t|unable|never|don['’]t|doesn['’]t|aren['’]t|isn['’]t|won['’]t|nicht|keine?n?|não|ne)\b"
    r"[^.!?;\n]{0,35}$",
    re.IGNORECASE,
)
SUBJECT: Final = re.compile(
    r"\b(?:(?P<them>we|our|us|teams?|compan(?:y|ies)|customers?|clients?|offices?|headquartered|users?|partners|startup|founded"
    r"|they|firm|group|studio|organi[sz]ations?|agency|entity|experience|familiar\w*|knowledge|record|background|students?"
    r"|patients?|brands?|families|stores?|data cent(?:er|re)s?|businesses|investors|owners|leaders|experts"
    r"|colleagues|stakeholders|business|reports?|reporting|supervisor|vp|ceo|cto|founders?)|(?P<you>must|needs?|should|shall|have to|has to|required|requires?|requirement|willing"
    r"|able|can|may|candidates?|applicants?|you(?:['’](?:ll|re))?|your|role|position|job|opportunity|vacancy|opening|person"
    r"|someone|anyone|those|individual|professional|contractor|freelancer|consultant|employee|hire|hires|hiring"
    r"|looking|seeking|only|fully|being|ability|open|engineer|developer|manager|designer|analyst|specialist|executive"
    r"|successful|full-time|part-time|remotely|internship|contract|sie|du|debe|debes|deve|você|tu|vous|candidato"
    r"|candidata|candidat|standort|poste|puesto|vaga|stelle))\b",
    re.IGNORECASE,
)
"""Who a clause speaks of: the nearest one decides."""
LINE_START: Final = re.compile(
    r"[\W_]*(?:be |must |currently |physically |remote|fully |hybrid|onsite|\W)*", re.IGNORECASE
)
WHO: Final = re.compile(
    r"\b(?:candidates?|applicants?|applications?|residents?|people|individuals?|talent|anyone|engineers?|developers?|based"
    r"|professionals?|contractors?|freelancers?|remote|citizens?)\b",
    re.IGNORECASE,
)
