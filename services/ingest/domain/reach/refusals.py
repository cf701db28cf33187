"""What a sentence that refuses says of a place in it: whether those who are there are turned away, or all the others.

`Candidates from India will not be considered` turns India away; `applicants who are not based in the UK will not be
considered` turns away everybody else. So two things are looked for and held together: a refusal of people, before the
place or behind it, and a word beside the place that means its opposite (`outside`, `not based in`, `unless`). A refusal
whose bearing on the place is not understood makes it unclear: such a place is neither allowed nor ruled out.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from services.ingest.domain.lexicon import any_of

Stance = Literal["refused", "confirmed", "unclear"]
"""Those in the place are turned away; all the others are; or it cannot be told which."""

MOST_BEHIND: Final = 160
"""Characters of a sentence behind its places in which its verdict may stand."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What their words are for stands in data/lexicon/meanings.toml; each is for text of one sentence."""

    before: re.Pattern[str]
    """A refusal before the place."""
    behind: re.Pattern[str]
    """A refusal right behind the places; `end` is its end."""
    behind_if: re.Pattern[str]
    """The same, where the places stand in a condition: `If you live in Peru, please do not apply`."""
    denied: re.Pattern[str]
    """A denied verb right behind the places, of whatever."""
    negated: re.Pattern[str]
    """A negation right behind the places, of whatever."""
    things: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    negation, verb, small, people, none, nobody, away, to_verdict, thing = (
        any_of(f"refusal.{entry}", whole=False)
        for entry in ("not", "verb", "small", "people", "none_of", "nobody", "turned_away", "to_verdict", "thing")
    )
    parted = r"\b(?:nicht|niet|geen|keine?n?)\b[^.!?;,\n]{0,30}\b(?:an|ein|aan)\W*$|\bbew[ei]rb\w* (?:\w+ ){0,3}nicht\b"
    gap = rf"(?:[\s,]+{small}\b)*[\s,]+"
    french = rf"\bn(?:e\s|['’])(?:\w+\s){{0,2}}?{verb}\s(?:pas|plus)\b"
    no_people = rf"\b{none}\s(?:[\w-]+\s){{0,2}}?{people}\b|\b{nobody}\b(?! but\b)"
    denied = rf"\b{negation}\b{_ONLY}{gap}{verb}\b|{french}|{no_people}"
    verdict = rf"{denied}|\b{away}(?!\w)"
    lead = rf"(?:\s?\([^()\n]{{0,40}}\))?(?:(?:\s|{_COMMA}){to_verdict}\b)*(?:\s|{_COMMA})"
    return _Patterns(
        before=re.compile(verdict, re.IGNORECASE),
        behind=re.compile(rf"{lead}(?:{verdict}|{parted})", re.IGNORECASE),
        behind_if=re.compile(rf"[^.!?;\n]{{0,70}}?(?:{verdict}|{parted})", re.IGNORECASE),
        denied=re.compile(rf"{lead}(?<!, )(?:{_DENIED_VERB})", re.IGNORECASE),
        negated=re.compile(rf"{lead}(?<!, ){negation}\b", re.IGNORECASE),
        things=re.compile(rf"\b{thing}\b", re.IGNORECASE),
    )


_COMMA = (
    r",\s(?=(?:unfortunately|sadly|regrettably|leider|malheureusement|lamentablemente|infelizmente|purtroppo|niestety"
    r"|helaas|are|is|will|cannot|can|may|need|können|kann|werden|wird|sind|ne|no|não|non|nie|niet)\b)|(?<=[a-z]{3}ly),\s"
    r"|(?:,|:|\s[–—-])\s(?=(?:please|sorry|unfortunately|bitte|leider|merci|por favor|per favore|helaas)\b)"
)
"""A comma that does not begin another clause."""
_ONLY = (
    r"(?!\s(?:only|just|merely|nur|solo|só|seulement|tylko|alleen|soltanto|apenas|matter|later|less|more than|limited"
    r"|restricted)\b)"
)
"""Behind a negation, what makes it none: `not only`, `no matter`."""
_DENIED_VERB = (
    r"(?:(?:are|is|will|would|can|could|shall|should|may|might|do|does|must|need|have|has)\s(?:\w+\s)?not|cannot"
    r"|(?:ca|wo|do|does|are|is|could|would|must|should|need)n['’]?t)\b"
)
_OPPOSITE = re.compile(
    r"(?:\b(?:not|non|nicht|ne|pas|no|não|nie|niet|unless|without|neither|ohne|sans|sin|sem|senza|bez|zonder)"
    r"|n['’]t|\bn['’]\w+ pas)\s"
    r"(?:(?:currently|already|legally|physically|actually|yet|permanently|be|have|having|hold|holding|the|an?|full|valid"
    r"|legal|you|you['’]re|you are|they|are|is|who|se|estén|estão|están|sont|êtes|vous|bist|sind|du|sie|een|ein"
    r"|eine[nr]?|festen|gültige[nr]?|une|un|una|um|uma"
    r"|proof of|your|dein\w*|ihr\w*|su|tu|seu|residence|live|living|der|den|het"
    r"|in|possession|of)\s){0,4}$",
    re.IGNORECASE,
)
"""Right before a cue, what means everywhere else."""
_CONDITION = re.compile(
    r"\b(?<!even )(?<!only )(?<!as )(?:if|unless|when|should you|wenn|falls|sofern|sollten sie|si|se|caso|jeśli|jeżeli"
    r"|als|indien|quando|where|wer|qui|quien|quem|chi|kto)\s"
    r"|^\W*(?:without|ohne|sans|sin|sem|senza|bez|zonder)\s",
    re.IGNORECASE,
)
_EVEN_IF = re.compile(r"\b(?:even (?:if|when)|auch wenn|même si|aunque|incluso si|mesmo (?:se|que)|anche se)\b", re.I)
_NEED_NOT = re.compile(
    r"\b(?:not|n['’]t|never)\s(?:be\s)?(?:necessar|required?\b|requirement|needed|obliged|expected|mandatory|matter"
    r"|have to|need\b|important)"
    r"|\bneed(?:n['’]t| not)\b(?! apply)|\bno (?:need|requirement|obligation)\b|\bn['’]t (?:have|need) to\b"
    r"|\bnot have to\b|\b(?:nicht|kein\w*) (?:zwingend|notwendig|erforderlich|nötig|muss|voraussetzung)"
    r"|\bm(?:uss|üssen)\w* nicht\b|\bpas (?:besoin|nécessaire|obligé|obligatoire|tenu|requis)"
    r"|\bno (?:es necesari|hace falta|es obligatori|necesitas|tienes que)|\bnão (?:é necess|precisa|é obrigat)"
    r"|\bnon (?:è necess|serve|occorre|è obbligat)|\bnie (?:musi|trzeba|jest (?:konieczn|wymagan))|\bhoef\w* niet\b",
    re.IGNORECASE,
)
"""What lifts a demand, and so neither asks nor refuses."""
_NOT_FOR = re.compile(
    r"\b(?:not|nicht|niet|pas|no|não|non|nie) (?:for|für|voor|pour|para|per|dla)\s"
    r"(?:any |the |die |les |los |las |de |i )?$",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"[,:] (?:but|you|your|we|however|aber|mais|vous|pero|mas|ma|maar|ale)\b|\b(?:is|are|welcome|considered) and\b"
    r"|\b(?:others|elsewhere|otherwise)\b",
    re.IGNORECASE,
)
"""Behind a refusal, what begins another statement."""
_MUST_NOT = re.compile(
    r"\b(?:(?:must|may|can|could|should|shall|will) ?not|(?:must|ca|could|should)n['’]?t"
    r"|(?:darf\w*|dürfen) nicht|ne (?:doit|doivent|devez|peut|peuvent|pouvez) pas"
    r"|no (?:debe|debes|deben|puede|puedes|pueden)|não (?:pode|podem|deve|devem)"
    r"|non (?:può|puoi|possono|devi|deve|devono)|nie (?:może|mogą|możesz)|m(?:ag|ogen) niet)"
    r"(?:\s(?:be|currently|also|have|hold|a|an|the|normally|ever|legally)){0,3}\s$",
    re.IGNORECASE,
)
"""Right before a cue, what forbids: `cannot be` performed in."""
_QUALIFIED = re.compile(
    r"\s*,?\s*(?:(?:if|unless|until|when|wenn|falls|außer|sauf|si|salvo|a menos|se|exceto|jeśli|tenzij|without|outside)"
    r"|for\s(?!(?:(?:this|the|our|that|these|any|an?)\s)?(?:[\w-]+\s)?"
    r"(?:roles?|positions?|jobs?|opportunit|vacanc|employment|hire|consideration|work|remote|openings?|posting|time)))\b",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\s*(?:to work |work |hire |for hire )?(?:in|from|within|for|to)(?: the| residents of| candidates in)?\s+"
    r"(?!this|these|that|our|any|January)\W?[A-Z]"
)
_OF_THE_REST = re.compile(
    r"\b(?:elsewhere|other (?:\w+ )?(?:countr|locations?|regions?|states?|places?|applic|candidat)|others|anywhere else"
    r"|otherwise|outside (?:of )?(?:this|these|those|that)|anderen|autres?|otros|otras|outros|outras|altri|innych"
    r"|other than)",
    re.IGNORECASE,
)
_WELCOME = re.compile(
    r"[^.,;]{0,30}\b(?:welcome|willkommen|bienven\w+|bem-vind\w+|benvenut\w+|welkom)\b", re.IGNORECASE
)
_OBLIGES = re.compile(
    r"\b(?:must|need|needs|required?|requires|have to|has to|only|should|authori[sz]ed|right to|eligible to|open to"
    r"|hire|hiring|muss\w*|müssen|nur|ausschließlich|doi\w+|devez|uniquement|deb\w+|tien\w+ que|solo|únicamente|deve\w*"
    r"|precisa\w*|somente|apenas|devi|devono|soltanto|musi\w*|tylko|moet\w*|alleen)\b"
    r"|(?<!who )(?<!that )\b(?:is|are|be|you|you['’]re|du|vous|ist|bist|est|êtes)\s(?:\w+ly\s)?$",
    re.IGNORECASE,
)


def stance_of(before: str, cue: str, behind: str, *, opposite: bool, leave: bool, subject: bool) -> Stance | None:
    """Tell how a sentence stands to places; None where it refuses nothing that touches them.

    `before`, `cue` and `behind` are the sentence up to the phrase that led to the places, that phrase, and what follows
    the last of them. `opposite` says that the phrase itself means everywhere else, `leave` that it is leave to work,
    and `subject` that it speaks of people.
    """
    patterns = _patterns()
    turned = _OPPOSITE.search(before)
    if turned and not leave and patterns.before.search(before + cue, turned.start()):
        turned = None  # `we do not hire in`: the phrase itself is what is refused
    head = before[: turned.start()] if turned else before + cue
    if _EVEN_IF.search(before):
        return "unclear"
    verdict = verdict_behind(before, behind, subject=subject)
    if verdict is None and (_holds(patterns.before, head) or (subject and _NOT_FOR.search(head, 0, len(before)))):
        verdict = "unclear" if patterns.things.search(head) else "refused"
    if verdict == "refused":
        return "confirmed" if opposite or turned else "refused"
    if verdict is not None or _holds(_NEED_NOT, before):
        return verdict or "unclear"
    if _MUST_NOT.search(before):
        return "confirmed" if opposite else "refused"
    return None


def _holds(pattern: re.Pattern[str], head: str) -> bool:
    """Whether words of a sentence bear on what stands behind it."""
    return any(not _CONTRAST.search(head, found.end()) for found in pattern.finditer(head))


def is_of_things(before: str) -> bool:
    """Whether a sentence up to its refusal speaks of what is no person: `visa sponsorship is not available in`."""
    return bool(_patterns().things.search(before))


def verdict_behind(before: str, behind: str, *, subject: bool) -> Stance | None:
    """Tell what a sentence says, behind places, of those who are there; the arguments are those of `stance_of`."""
    patterns = _patterns()
    conditional = bool(_CONDITION.search(before))
    obliges = bool(_OBLIGES.search(before))
    found = (patterns.behind_if if conditional else patterns.behind).match(behind)
    if found and (conditional or not (obliges and "," in found[0])):
        if _OF_THE_REST.search(found[0]):
            return "confirmed"
        if _OF_ANOTHER.match(behind, found.end()):
            return None
        qualified = _QUALIFIED.match(behind, found.end()) or patterns.things.search(found[0])
        return "unclear" if qualified else "refused"
    if (patterns.negated if subject else patterns.denied).match(behind):
        return "unclear"
    if (
        subject
        and not obliges
        and not _WELCOME.match(behind)
        and any(_touches(behind, one) for one in patterns.before.finditer(behind))
    ):
        return "unclear"
    return None


def _touches(behind: str, refusal: re.Match[str]) -> bool:
    """Whether a refusal further on may be of those in the places: it names neither others nor a place of its own."""
    return not _OF_THE_REST.search(behind, 0, refusal.end()) and not _OF_ANOTHER.match(behind, refusal.end())
