"""Where one may work from.

Decided in this order: a restriction in the title or text; the board's restriction field; a wider region, or `anywhere`,
where the posting says who may apply; the posting's own locations. Three states: `unknown` only where nothing is said.
A sales territory (`Director, EMEA`), a slogan or a benefit (`work from anywhere`) restricts and widens nothing where
one of these speaks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from schemas.posting import Evidence, Reach
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document
from services.rules.places import PlaceMention, country_of, find_places

_WHO = (
    r"(?:applicants?|candidates?|you|employees?|contractors?|residents?|individuals|talent|people|engineers"
    r"|clinicians)"
)
_THE = r"(?:only |currently |physically |permanently |legally |already )*"
_RESTRICTION = re.compile(
    rf"\b(?:must|need to|needs to|have to|has to|required to|should|shall) {_THE}(?:be |live |reside "
    rf"|work )?{_THE}(?:based|located|living|live"
    r"|residing|reside|resident|residents|domiciled|work|eligible to work|authori[sz]ed to work"
    r"|available to work)? ?(?:in|from|within|of)\b"
    rf"|\b(?:(?:candidates?|applicants?|those|people)(?: who)?|you) (?:are|is|must be|live|reside)? ?{_THE}(?:based"
    rf"|located|residing|living|reside|live) (?:in|within)\b"
    r"|\b(?:authori[sz](?:ed|ation)|eligib(?:le|ility)|(?:the )?(?:legal )?right|permitted|permission|entitled"
    r"|work (?:permit|authori[sz]ation))"
    r" (?:to (?:live and )?work |to be employed )?(?:legally )?(?:in|within|for)\b"
    rf"|\b(?:open|available|limited|restricted|offered) (?:only )?to {_WHO}?\s?(?:who (?:are|live"
    rf"|reside) )?(?:\w+ ){{0,2}}?(?:based |located |residing |living )?(?:in|from|within)\b"
    rf"|\b(?:only|exclusively)\W+(?:\w+ ){{0,3}}?(?:{_WHO} )?(?:based |located |residing |living )?(?:in|from"
    rf"|within)\b"
    rf"|\b(?:accept|accepting|consider|considering|hire|hiring|seeking"
    rf"|looking for) (?:\w+ ){{0,2}}?{_WHO} (?:\w+ )?(?:in|from|within|based in|located in)\b"
    r"|\bremote(?:ly)? (?:\w+ )?(?:within|from|in|across|anywhere in)\b|\b(?:anywhere|work from home) (?:in|within"
    r"|across)\b"
    r"|\b(?:can be|are|is) (?:performed|done|held|filled)[\w ]{0,30}(?:in|from|within)\b"
    r"|\bremote to\b|\bremote\s?[-–—|:,(]\s?(?=(?-i:[A-Z]))|\b(?:any|all|possible|our) locations? (?:with)?in\b"
    r"|\b(?:position|role|job) is (?:\w+ ){0,3}?(?:based|located|available|open) (?:anywhere )?(?:in|within|from)\b"
    r"|(?:^|\n)\W{0,3}(?:job |work |role |office )?locations?(?: type)?\W{1,4}(?=[^\n]{2,80}(?:\n|$))",
    re.IGNORECASE,
)
"""Words that tell where an applicant must be; the places that follow in the same clause are the restriction."""
_ONLY = re.compile(r"\bonly\b|\bresidents?\b|\bbased candidates?\b|\bcitizens?\b|\bcandidates? only\b", re.IGNORECASE)
_ONLY_BEFORE = re.compile(
    r"\b(?P<place>USA?|U\.S\.A?\.?|UK|U\.K\.|EU|EMEA|LATAM|LatAm|APAC|Canada|Europe|India|Brazil|Germany|Mexico"
    r"|Latin America"
    r"|North America|United States|United Kingdom)\b[- ](?:only\b|based (?:candidates?|applicants?)"
    r"|candidates? only|residents? only|citizens? only)",
)
_EXCLUDING = re.compile(
    r"\b(?:exclud(?:ing|es?)|except(?: for)?|with the exception of|other than|not (?:currently )?(?:available|open"
    r"|eligible|hiring|able to hire|accepting)"
    r"[\w ,]{0,40}?(?:in|from|of)|(?:cannot|can't|can not|do not|don't|unable to) (?:currently )?(?:hire|accept"
    r"|employ|consider|support)[\w ,]{0,40}?(?:in|from|of))\b",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    r"\b(?:we (?:hire|recruit|employ|are hiring)[\w ]{0,20} (?:globally|worldwide|(?:from )?anywhere"
    r"|all over the world|around the world)"
    r"|(?:hire|hiring|recruit(?!er)|open to|applicants?|candidates?|applications?|based|executed|performed|done"
    r"|located|role is|position is)[\w ,]{0,40}?"
    r"\b(?:globally(?! distributed)|worldwide|anywhere(?! in (?!the world))|any (?:country|location))"
    r"|(?:work|live|based|remote(?:ly)?) from anywhere(?: in the world| on (?:the planet|earth))"
    r"|anywhere in the world|location\W{1,3}(?:worldwide|anywhere|global)"
    r"|anywhere compatible with|remote\W{1,3}(?:worldwide|global(?:ly)?\b(?! distributed)|anywhere))",
    re.IGNORECASE,
)
_HIRES_ANYWHERE = re.compile(
    r"\bwe (?:hire|recruit|employ|are hiring) (?:\w+ ){0,3}?(?:globally|worldwide|anywhere|all over the world"
    r"|around the world)\b"
    r"|\b(?:role|position|job)\b[\w ,]{0,40}\b(?:anywhere in the world|worldwide|globally)\b",
    re.IGNORECASE,
)
"""Plain enough to count also where the company speaks of itself."""
_HIRING_REGION = re.compile(r"\bremote\b|\banywhere\b|\bwork from\b|\bonly\b|\bbased\b", re.IGNORECASE)
"""What makes a region in a title a hiring region and no sales territory."""
_CLAUSE_END = re.compile(
    r"[.;!?](?=\s|$)|\n|\b(?:but|however|though|because|with|and (?:be|have|able|must|to|work|a)|who|while|unless"
    r"|provided|hold(?:ing)?|licensed|for (?:any|our|this)|at (?:least|any)|to (?:be|work|support))\b",
    re.IGNORECASE,
)
_ANCHORS = (
    "based", "locat", "resid", "living", "live", "authori", "eligib", "right to", "permi", "entitled", "domicil",
    "open to", "available ", "limited to", "restricted to", "offered", "only", "exclusively", "accept", "consider",
    "hire", "hiring", "seeking", "looking for", "remote", "anywhere", "from home", "work in", "performed", "work from",
)  # fmt: skip
_EXCLUDING_ANCHORS = ("exclud", "except", "exception", "other than", "not ", "cannot", "n't", "n’t", "unable")
_ANYWHERE_ANCHORS = ("globally", "worldwide", "anywhere", "the world", "any country", "any location", "global")
_MOST_CLAUSE = 160
_MOST_TRIGGERS = 80
_ABOUT_US = frozenset({"about", "benefits"})
_SMALL_PRINT = re.compile(
    r"\bif\b|\bsalar|\bpay\b|\bcompensation\b|\bwages?\b|\bprivacy\b|\blaws?\b|\bI-9\b|\breimburs|\bpolicy\b"
    r"|\bordinance",
    re.IGNORECASE,
)
"""A sentence on what holds in some place for those who live there, not on who may apply."""
_PERIOD_ABROAD = re.compile(
    r"\b(?:days?|weeks?|months?) (?:a|per|of|each|in)\b|\bworkation\b"
    r"|\btravel",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Named:
    """Places as they were named, in order."""

    countries: dict[str, None] = field(default_factory=dict)
    subdivisions: dict[str, None] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)
    worldwide: bool = False
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, mentions: Iterable[PlaceMention], *, states: bool) -> bool:
        """Take places in; `states` keeps subdivisions (a restriction), else only their country (an address)."""
        taken = False
        for mention in mentions:
            taken = True
            if mention.kind == "worldwide":
                self.worldwide = True
            elif mention.kind == "group":
                self.groups[mention.code] = None
            elif mention.kind == "subdivision":
                if states:
                    self.subdivisions[mention.code] = None
                self.countries[country_of(mention.code)] = None
            else:
                self.countries[mention.code if len(mention.code) == 2 else country_of(mention.code)] = None
        return taken

    @property
    def any_place(self) -> bool:
        return bool(self.countries or self.subdivisions or self.groups)


def read_reach(draft: Draft, document: Document) -> Finding[Reach]:
    """Decide the reach of a posting."""
    excluded = _excluded(document)
    title = _title_region(document.title)
    restricted = _text_restriction(document)
    board = _from_fields(draft.restriction)
    own = _from_fields(draft.locations)
    for named in (restricted, board):
        if named.any_place:
            return _listed(_with_title(named, title), excluded)
    if draft.restriction_open or board.worldwide:
        evidence = board.evidence or [evidence_of("restriction", "open to all")]
        return Finding(_reach("worldwide", excluded), tuple(evidence[:2]))
    if title.any_place:
        return _listed(_merged(title, own), excluded)
    wide = _anywhere(document)
    if wide is not None:
        return Finding(_reach("worldwide", excluded), (wide,))
    if own.any_place:
        return _listed(own, excluded)
    if own.worldwide:
        return Finding(_reach("worldwide", excluded), tuple(own.evidence[:2]))
    titled = _Named()
    if titled.add((m for m in find_places(document.title) if m.kind not in {"group", "worldwide"}), states=False):
        return _listed(replace(titled, evidence=[evidence_of("title", document.title)]), excluded)
    return Finding(Reach())


def one_country(reach: Reach) -> str | None:
    """The single country that a reach names, for reading a bare dollar sign."""
    return reach.countries[0] if len(reach.countries) == 1 and not reach.groups else None


def _listed(named: _Named, excluded: Sequence[str]) -> Finding[Reach]:
    reach = Reach(
        scope="listed",
        countries=tuple(named.countries),
        subdivisions=tuple(named.subdivisions),
        groups=tuple(named.groups),
        excluded=tuple(code for code in excluded if code not in named.countries),
    )
    return Finding(reach, tuple(dict.fromkeys(named.evidence))[:4])


def _reach(scope: str, excluded: Sequence[str]) -> Reach:
    return Reach.model_validate({"scope": scope, "excluded": tuple(excluded)})


def _from_fields(fields: Iterable[Stated]) -> _Named:
    named = _Named()
    for stated in fields:
        if named.add(find_places(stated.text), states=False):
            named.evidence.append(evidence_of(stated.field, stated.text))
    return named


def _title_region(title: str) -> _Named:
    """A region or country in a title that speaks of hiring: `Remote, Latin America`, `(Europe Remote)`, `US only`."""
    named = _Named()
    if _HIRING_REGION.search(title) and named.add(find_places(title), states=False):
        named.evidence.append(evidence_of("title", title))
    return named


def _with_title(named: _Named, title: _Named) -> _Named:
    """A hiring region in the title stands beside the places that a field lists, where these do not name regions."""
    if title.groups and not named.groups:
        named.groups.update(title.groups)
        named.evidence += title.evidence
    return named


def _merged(first: _Named, second: _Named) -> _Named:
    first.countries.update(second.countries)
    first.groups.update(second.groups)
    first.evidence += second.evidence
    return first


def _text_restriction(document: Document) -> _Named:
    named = _Named()
    text = document.text
    for match in _matches(_RESTRICTION, document, _ANCHORS):
        if document.kind_at(match.start()) in _ABOUT_US or _is_negated(text, match.start()):
            continue
        clause_end = _clause_end(text, match.end())
        sentence_start = document.sentence_at(match.start(), match.end())[0]
        if _SMALL_PRINT.search(text, sentence_start, match.start() + 3) or _PERIOD_ABROAD.search(
            text, max(0, match.start() - 60), clause_end
        ):
            continue
        if named.add(find_places(text[match.end() : clause_end]), states=True):
            named.evidence.append(quote("text", text, match.start(), clause_end))
    for match in _matches(_ONLY_BEFORE, document, ("only", "based")):
        if named.add(find_places(match.group("place")), states=True):
            named.evidence.append(quote("text", text, match.start(), match.end()))
    return named


def _matches(pattern: re.Pattern[str], document: Document, anchors: Sequence[str]) -> Iterator[re.Match[str]]:
    stretches = document.around(anchors, before=70, after=90)
    found = (match for start, stop in stretches for match in pattern.finditer(document.text, start, stop))
    return islice(found, _MOST_TRIGGERS)


def _is_negated(text: str, start: int) -> bool:
    return bool(_EXCLUDING.search(text, max(0, start - 60), start + 40)) or bool(
        re.search(
            r"\b(?:not|no|without|prefer\w*|ideally)\b[^.\n]{0,25}$", text[max(0, start - 40) : start], re.IGNORECASE
        )
    )


def _clause_end(text: str, start: int) -> int:
    limit = min(len(text), start + _MOST_CLAUSE)
    stop = _CLAUSE_END.search(text, start, limit)
    return stop.start() if stop else limit


def _excluded(document: Document) -> tuple[str, ...]:
    """Countries, states and groups that the posting rules out."""
    found: dict[str, None] = {}
    for match in _matches(_EXCLUDING, document, _EXCLUDING_ANCHORS):
        for mention in find_places(document.text[match.end() : _clause_end(document.text, match.end())]):
            if mention.kind in {"country", "subdivision", "group"}:
                found[mention.code] = None
    return tuple(found)


def _anywhere(document: Document) -> Evidence | None:
    for match in _matches(_ANYWHERE, document, _ANYWHERE_ANCHORS):
        plain = _HIRES_ANYWHERE.search(match.group())
        if _is_negated(document.text, match.start()) or (document.kind_at(match.start()) in _ABOUT_US and not plain):
            continue
        left, right = document.sentence_at(match.start(), match.end())
        if _PERIOD_ABROAD.search(document.text, left, right):
            continue
        return quote("text", document.text, match.start(), match.end())
    return None
