"""Restrictions that follow their place: `US only`, `Germany-based candidates`, `Kenyan work permit`."""

import re
from collections.abc import Sequence
from functools import partial

from services.ingest.domain.findings import quote
from services.ingest.domain.reach.named import Excluded, Named
from services.ingest.domain.reach.refusals import MOST_BEHIND, Stance, stance_of, verdict_behind
from services.ingest.domain.reach.words import ADDRESSED, NEGATED, PREFERRED, SENTENCE_END, SMALL_PRINT, words
from services.ingest.domain.text.sections import ABOUT_US, Document
from services.rules.place_names import Found
from services.rules.places import PlaceMention

_BEHIND = re.compile(
    r"(?P<only>\W{0,2}(?:(?:-| )based )?(?:(?:residents?|citizens?|candidates?|applicants?|nationals?|locations?"
    r"|remote|time ?zones?)\W{0,2})?"
    r"\bonly\b(?!\s*:|\s?[-–—] to |\s(?:for|available|if|when|as|in)\b))"
    r"|(?P<based>\s?-?\s?based\b(?=\s+(?:\w+\s){0,2}?(?:candidates?|applicants?|talent|individuals?|contractors?"
    r"|freelancers?"
    r"|role|position|remote|employees?|only)\b|\W{0,2}(?:[,;)|•\n]|$)|permanent role))"
    r"|(?P<paper>\s+(?:citizen(?:s|ship)?|nationals?|nationality|passport|work(?:ing)? (?:permits?|authori[sz]ation"
    r"|visas?|eligibility"
    r"|rights?)|permanent residen(?:ts?|cy)|green card|right to work|persons?"
    r"|staatsbürger\w*|staatsangehörig\w*|arbeitserlaubnis|arbeitsbewilligung|reisepass|paszport|obywatelstw\w+"
    r"|nationaliteit|werkvergunning)\b)"
    r"|(?P<resident>\s+residents?\b|[- ]based (?:candidates?|applicants?)\b)",
    re.IGNORECASE,
)
_PAPER_BEFORE = re.compile(
    r"\b(?:nationalité|citoyenneté|permis de (?:travail|séjour)|passeport|résidents?|ressortissants?|citoyens?"
    r"|nacionalidad|ciudadanía|pasaporte|permiso de (?:trabajo|residencia)|ciudadanos?|residentes|nacionalidade"
    r"|cidadania|passaporte|cidadãos?|cittadinanza|passaporto|permesso di (?:lavoro|soggiorno)|cittadini"
    r"|obywatelstwo|paszport)\s(?:valide |valable |vigente |válid[oa] |valido )?$",
    re.IGNORECASE,
)
"""Before the name of a people, where the language puts the noun first."""
_PEOPLE = r"(?:residents?|citizens?|candidates?|applicants?|applications?|nationals?|contractors?|freelancers?)"
_PEOPLE_BEHIND = re.compile(rf";?[ -]{{1,2}}(?:based )?{_PEOPLE}\b", re.IGNORECASE)
_VERDICT_BEHIND = re.compile(
    r"\W{0,3}(?:(?:is|are|will be)\s)?(?:not (?:be )?(?:eligible|considered|accepted)|ineligible)", re.I
)
_LIVES_BEHIND = re.compile(
    r"\s(?:wohne?n?|wohnst|wohnt|leben|lebst|lebt|ansässig|wohnhaft|gemeldet|wonen|woont|woonachtig|gevestigd)\b"
)
_NO_BEFORE = re.compile(r"\b(?:no[nt]?|keine?|geen)[\s-]+$", re.IGNORECASE)
_MUST_BEFORE = re.compile(
    r"\b(?:muss\w*|müssen|müsst|soll\w*|moet\w*)\b[^.!?;\n]*\bin (?:der |den |het )?$", re.IGNORECASE
)
_EXTRAS = re.compile(
    r"\b(?:insurance|plans?|401|fsa|hsa|account|stipend|coverage|pto|leave|holidays?|dental|medical|vision|match"
    r"|pension|equity"
    r"|bonus|discount\w*|benefits?|salary|pay|visa|sponsor\w*|clients?|customers?|market|shipping|users?)\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"(?:^|.*[\n•*|(,:–—-]\s*|.*\b(?:remote|full-time|fully|this|be|are|you['’]re|candidates?|a|an|for|to|is|position"
    r"|role|contract)[\s,]+)"
    r"(?:the )?$",
    re.IGNORECASE | re.DOTALL,
)
_NEEDED = re.compile(
    r"\b(?:must|require[ds]?|need|only|eligible|eligibility|valid|hold|have|possess|limited|open|accept\w*|need to"
    r"|full|unrestricted|mandatory|compulsory"
    r"|erforderlich|voraussetzung|zwingend|notwendig|benötig\w*|vorausgesetzt|besitz\w*|gültig\w*|nur"
    r"|requise?|exigée?|obligatoire|impérati\w+|valable|valide|nécessaire|titulaire|uniquement|dispose[sz]|possède[sz]?"
    r"|obligatori[oa]s?|requerid[oa]|necesari[oa]|imprescindible|indispensable|vigente|se requiere|únicamente|solo"
    r"|obrigatóri[oa]|necessári[oa]|exigid[oa]|válid[oa]|somente|apenas|obbligatori[oa]|richiest[oa]|necessari[oa]"
    r"|wymagan[aey]|konieczn[aey]|vereist|verplicht|geldige?|nodig)\b",
    re.IGNORECASE,
)
_ROLE_BEHIND = re.compile(r"\s+(?:\w+\s){0,2}(?:role|position|job|candidates?|applicants?)\b", re.IGNORECASE)
_AND = re.compile(r"\s?(?:,? (?:and|or|und|oder|et|ou|y|o|e|i|lub|en|of)|&|/)\s?(?:the |an? )?", re.IGNORECASE)
_ELSEWHERE = ABOUT_US | {"pay", "legal"}
_AROUND = 150
_MOST_LISTED = 200


def trailing(document: Document, names: Sequence[Found], named: Named, excluded: Excluded) -> None:
    """Add to `named`, and to `excluded`, what the words behind the names of a text say.

    Papers (a passport, a permit) count where nothing else restricts: they are one way among others to be allowed.
    """
    text = document.text
    papers: list[tuple[Sequence[Found], int]] = []
    for i, name in enumerate(names):
        turned, end = _turned_away(text, names, i)
        if turned == "refused":
            shut = (one.senses[0].code for one in _list_to(text, names, i) if len(one.senses) == 1)
            excluded.add(shut, partial(quote, "text", text, name.start, end))
        elif turned == "confirmed":
            _take(text, named, _list_to(text, names, i), end)
        if turned or len(name.senses) > 1 or name.senses[0].kind == "worldwide":
            continue
        before = _clause_before(text, name.start)
        how, end = _said_of(text, name, before)
        if not how or not _restricts(document, how, name, before, end) or ADDRESSED.match(text, end):
            continue
        listed = _list_to(text, names, i) if i and how != "based" and _ends_list(text, names, i) else (name,)
        if how == "paper":
            papers.append((listed, end))
        else:
            _take(text, named, listed, end)
    if not named.any_place:
        for listed, end in papers:
            _take(text, named, listed, end)


def _said_of(text: str, name: Found, before: str) -> tuple[str | None, int]:
    """What the words beside a name make of it, and where they end."""
    demonym = name.senses[0].kind == "demonym"
    if demonym and _PAPER_BEFORE.search(before):
        return "paper", name.end
    behind = _BEHIND.match(text, name.end)
    if behind is None:
        return None, name.end
    how = behind.lastgroup
    of_people = how in ("paper", "resident") or (how == "only" and _PEOPLE_BEHIND.match(text, name.end))
    if demonym and not of_people:
        return None, name.end
    return how, behind.end()


def _turned_away(text: str, names: Sequence[Found], i: int) -> tuple[Stance | None, int]:
    """Whether those of a place, or all others, are turned away, as far as its sentence says so behind it; and where.

    The words may also be a `no` before it, and of a verb behind its place (`in Österreich wohnen`) what is before it.
    """
    name = names[i]
    people = _PEOPLE_BEHIND.match(text, name.end) or _LIVES_BEHIND.match(text, name.end)
    if people is None:
        verdict = _VERDICT_BEHIND.match(text, name.end)
        return ("refused", verdict.end()) if verdict else (None, name.end)
    end = people.end()
    stop = SENTENCE_END.search(text, end, end + MOST_BEHIND)
    behind = text[end : stop.start() if stop else end + MOST_BEHIND]
    if people.re is _LIVES_BEHIND:
        before = _clause_before(text, _list_to(text, names, i)[0].start)
        stance = stance_of(before, "", behind, opposite=False, leave=False, subject=True)
        return (stance or ("confirmed" if _MUST_BEFORE.search(before) else None), end)
    no = _NO_BEFORE.search(text, max(0, name.start - 12), name.start)
    stance = verdict_behind(_clause_before(text, name.start), behind, subject=True)
    if no and no[0].lower().startswith("non") and stance == "refused":
        return "confirmed", end
    return ("refused" if no else stance, end)


def _clause_before(text: str, start: int) -> str:
    return text[max(0, start - _AROUND) : start].rpartition("\n")[2].rpartition(". ")[2]


def _ends_list(text: str, names: Sequence[Found], i: int) -> bool:
    return len(names[i - 1].senses) == 1 and bool(_AND.fullmatch(text, names[i - 1].end, names[i].start))


def _list_to(text: str, names: Sequence[Found], last: int) -> Sequence[Found]:
    """The names of the list that ends with one, of a long one the last."""
    first = last
    while (
        first > last - _MOST_LISTED
        and first > 0
        and words().between.fullmatch(text, names[first - 1].end, names[first].start)
    ):
        first -= 1
    return names[first : last + 1]


def _restricts(document: Document, how: str, name: Found, before: str, end: int) -> bool:
    if NEGATED.search(before) or PREFERRED.search(before):
        return False
    of_role = how == "based" and _ROLE_BEHIND.match(document.text, end)
    if document.kind_at(name.start) in _ELSEWHERE and not of_role:
        return False
    if SMALL_PRINT.search(before):
        return False
    if how == "only":
        return not _EXTRAS.search(before) and not name.doubtful
    if how == "based":
        return bool(_BEGINS.fullmatch(before)) and not name.doubtful
    sentence = before + document.text[end : end + _AROUND].partition("\n")[0]
    return bool(_NEEDED.search(sentence)) and not _EXTRAS.search(before)


def _take(text: str, named: Named, listed: Sequence[Found], end: int) -> None:
    for name in listed:
        if len(name.senses) > 1:
            continue
        sense = name.senses[0]
        kind = "country" if sense.kind == "demonym" else sense.kind
        mention = PlaceMention(sense.code, kind, name.start, name.end, text[name.start : name.end], sense.subdivision)
        if named.add((mention,), states=True):
            named.show(partial(quote, "text", text, name.start, end))
