"""Whether a sentence says of a skill that it is not asked for: "no SAP needed", "Python is a must, Scala is not".

What is denied is told by grammar: between the words that deny and the mention stand items of one list alone, so that
"no degree needed, but Python" denies no Python. Words are English, German, French, Spanish, Portuguese, Italian,
Dutch and Polish; which language a sentence is in does not matter to them.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from services.ingest.domain.tables import table_of

_NEEDED = (
    r"(?:(?:needed|required|requirements?|necessary|necessity|mandatory|essential|pre-?requisites?|expected|compulsory"
    r"|obligatory|vital|critical|assumed|musts?|must[ -]haves?|deal[ -]?breakers?)\b"
    r"|erforderlich|notwendig|nötig|voraussetzung|vorausgesetzt|bedingung|pflicht|muss\b|zwingend|benötigt|gefordert"
    r"|verlangt"
    r"|requis|obligatoire|nécessaire|exigé|indispensab|impérati|prérequis|demandée?s?\b"
    r"|necesari|obligatori|requerid|imprescindib|excluyente|(?:un )?requisito|exigid"
    r"|necessári|obrigatóri|imprescindíve|indispensáve|eliminatóri|preciso\b"
    r"|richiest|necessari|obbligatori|vereist|nodig\b|noodzakelijk|verplicht"
    r"|wymagan|konieczn|niezbędn|obowiązkow|potrzebn)"
)
_BE = (
    r"(?:is|are|was|were|will be|would be|ist|sind|wird|werden|wäre|n['’]est|ne sont|est|sont|es|son|será|é|são|è|sono"
    r"|zijn|jest|są|wordt|worden)"
)
_NOT = r"(?:not|by no means|in no way|keineswegs|nullement|nicht|pas|non?|não|niet|nie|keine?|geen)"
_HOW = (
    r"(?:\s(?:an?|strictly|absolutely|necessarily|always|hard|strict|formal|firm|at all|unbedingt|zwingend|absolut"
    r"|forcément|strictement|absolument|une?|uno|uma?|het|een|estrictamente|estritamente|strettamente)){0,3}"
)
_IS_NOT_NEEDED = rf"\b(?:(?:{_BE}\s)?{_NOT}(?:\s{_BE})?|(?:is|are|was|were)n['’]t){_HOW}\s{_NEEDED}"
_NO_EXPERIENCE_NEEDED = rf"no\s(?:\w+\s)?(?:experience|knowledge)(?:\sis)?\s{_NEEDED}"
_BUT = r"(?:but|though|although|aber|mais|pero|mas|ma|maar|ale)"
_CLOSES = re.compile(
    rf"(?:(?:\b{_BE}\s|\()\w+,?\s(?={_BUT}\b))?(?:[(:–—]\s?)?(?:\b{_BUT}\s(?:it['’]?s?\s)?)?{_IS_NOT_NEEDED}"
    r"|\b(?:(?:is|are)\snot|(?:is|are)n['’]t|nicht|non?|não|niet|pas|nie)\s*(?=$|[.;,)!?\n])"
    r"|\b(?:is|are)\sunnecessary|\bniewymagan"
    r"|\b(?:muss|müssen)\snicht\s(?:sein|vorhanden)|\b(?:brauchst|musst|benötigst)\s(?:du|sie)\s(?:\w+\s)?nicht\b"
    rf"|\((?:but\s)?(?:{_NO_EXPERIENCE_NEEDED}|you\s(?:don['’]t|do not)\s(?:need|have)\b)",
    re.IGNORECASE,
)
"""Denies the list before it: Scala "is not required", "ist kein Muss", "n'est pas exigé", "isn't"."""

_OPENS = re.compile(
    r"\b(?:needn['’]t|need\snot|no\sneed|needs?\sno|without\sthe\sneed|unnecessary"
    r"|(?:do|does|wo)(?:n['’]t|\snot)\s(?:\w+ly\s)?(?:need|have\sto|require|expect|ask\sfor|demand|use|write|work\swith)"
    r"|(?:not|\w+n['’]t)\s(?:\w+ly\s)?(?:necessary|needed|required|essential|mandatory|expected)"
    r"|(?:brauch|benötig|erwart|verlang|fordern|müss|musst)\w*\s(?:(?:du|sie|man|wir)\s)?kein\w*"
    r"|pas\s(?:besoin|nécessaire|obligatoire|indispensable|requis|exigé)|inutile|exigeons\spas"
    r"|no\s(?:es|son|se|hace)\s(?:\w+mente\s)?(?:necesari[oa]s?|imprescindibles?|indispensables?|obligatori[oa]s?"
    r"|requerid[oa]s?|requieren?|exigen?|necesitan?|piden?|falta)"
    r"|no\s(?:necesitas?|requerimos|exigimos|pedimos)|(?:sin\snecesidad|sem\snecessidade)"
    r"|não\s(?:é|são|se)\s(?:necessári[oa]s?|precis[oa]|obrigatóri[oa]s?|exigid[oa]s?|imprescindível|exige)"
    r"|não\s(?:precisa|exigimos|requer|pedimos)"
    r"|non\s(?:è|sono)\s(?:necessari|richiest|obbligatori|indispensabil)\w+|non\s(?:serve|servono|occorre|richiediamo)"
    r"|hoef\w*\s(?:(?:je|u)\s)?geen|nie\s(?:musisz|trzeba|wymagamy|potrzebujesz|oczekujemy)"
    r"|no\s(?:prior|previous|pre-existing)|no\slonger\s(?:use|write|work\swith)"
    r"|(?:okay|ok|fine|alright|worry|even|problem)\sif\syou(?:['’]ve|\shave)?\s(?:don['’]t|do\snot|haven['’]t|never)"
    r"|instead\sof|rather\sthan|(?:an)?statt|au\slieu\sde|en\slugar\sde|em\svez\sde|invece\sdi|in\splaats\svan"
    r"|(?:but|and|aber|mais|pero|mas|ma|maar)\s(?:not|nicht|pas|não|non|niet)|,\s(?:not|nicht|pas))(?!\s(?:only|just|nur)\b)(?![\w-])",
    re.IGNORECASE,
)
"""Denies the list behind it: "you don't need to know Java or" Scala, "pas besoin de" Scala, "but not" Scala."""

_LACKING = (
    r"\b(?:no|zero|keine?|keinerlei|aucune?|nessuna?|geen"
    r"|(?:even|also|auch|même|incluso|mesmo|anche|ook)\s(?:without|ohne|sans|sin|sem|senza|zonder))\s(?:any\s)?"
    r"(?:(?:prior|previous|specific|formal|particular|existing|professional|direct|extensive|deep)\s){0,2}"
)
_NO_EXPERIENCE = re.compile(
    rf"{_LACKING}(?:experience|knowledge|background|expertise|familiarity|skills|training|(?:vor)?erfahrung\w*"
    r"|(?:vor)?kenntnisse|prérequis|expérience|connaissances?|experiencia|conocimientos?|experiência|conhecimentos?|esperienza"
    r"|conoscenza|ervaring|kennis)\s(?:in|with|of|using|as|mit|im|als|en|avec|de|con|em|com|di|met|van)\b",
    re.IGNORECASE,
)
_FRAMES = (
    (
        re.compile(r"\b(?:no|keine?[nrs]?|aucune?|nessuna?|geen)\b", re.IGNORECASE),
        re.compile(rf"\b(?:{_BE}\s)?(?:\w+ly\s)?{_NEEDED}", re.IGNORECASE),
    ),
    (
        re.compile(
            r"(?:^|[.!?;:(•]\s?)(?:no|kein\w*|pas\sde|geen|never\s(?:used|worked\swith)|(?:do|have)n['’]t\s(?:know|used?)"
            r"|new\sto|not\s(?:familiar|experienced)\swith)\b",
            re.IGNORECASE,
        ),
        re.compile(r"\?"),
    ),
    (
        re.compile(r"\b(?:lack\sof|no)\b", re.IGNORECASE),
        re.compile(r"\bis\s(?:fine|ok|okay|no\sproblem|not\sa\sproblem)\b", re.IGNORECASE),
    ),
    (
        re.compile(r"\bnicht\s(?:\w+\s)?(?:notwendig|nötig|erforderlich|zwingend),", re.IGNORECASE),
        re.compile(r"\bzu\s(?:kennen|können|beherrschen|sprechen|haben)\b", re.IGNORECASE),
    ),
    (re.compile(r"\bnot\san?\b", re.IGNORECASE), re.compile(r"\b(?:role|position|job|shop|post)\b", re.IGNORECASE)),
    (
        re.compile(r"\b(?:musst|müssen|brauchst|brauchen)(?:\s(?:du|sie))?\b", re.IGNORECASE),
        re.compile(r"\bnicht\s(?:\w+\s){0,2}(?:kennen|können|beherrschen|sprechen|mitbringen)\b", re.IGNORECASE),
    ),
)
"""Deny the list between two of their words: "no" Scala "required", "no" Scala "?", "musst" Scala "nicht kennen"."""

_TOKEN = re.compile(r"and/or|[\w+#.'’-]*[\w+#]|[^\w\s]")
_ITEM_WORDS = 4
_MOST_BETWEEN = 120
_LONGEST_SENTENCE = 1200
"""Of one longer, what stands around the mention is read."""


class _Words(NamedTuple):
    """See data/denials.toml."""

    joints: frozenset[str]
    last: frozenset[str]
    other: frozenset[str]
    knowing: frozenset[str]


class _Denials(NamedTuple):
    """What a sentence holds of denying words, by their places in it."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    frames: tuple[tuple[int, int], ...]


def denied(text: str, start: int, end: int, *, within: tuple[int, int]) -> bool:
    """Whether the sentence `within` says of what it names at `text[start:end]` that one need not have it."""
    first, last = within
    if last - first > _LONGEST_SENTENCE:
        first, last = max(first, start - _LONGEST_SENTENCE // 2), min(last, end + _LONGEST_SENTENCE // 2)
    # The sign that ends a sentence is read with it: a question mark says much.
    sentence = text[first : last + 1]
    start, end = start - first, end - first
    said = _denials_of(sentence)
    return (
        any(at >= end and _of_list(sentence[end:at]) and _closed(sentence[end:at].rstrip(", ")) for at in said.closes)
        or any(at <= start and _of_list(sentence[at:start], led=True) for at in said.opens)
        or any(
            opened <= start and end <= closed and _framed(sentence[opened:start], sentence[end:closed])
            for opened, closed in said.frames
        )
    )


@lru_cache(maxsize=16)
def _denials_of(sentence: str) -> _Denials:
    opens = [found.end() for pattern in (_OPENS, _NO_EXPERIENCE) for found in pattern.finditer(sentence)]
    frames = [
        (opened.end(), closed.start())
        for opening, closing in _FRAMES
        for opened in opening.finditer(sentence)
        for closed in closing.finditer(sentence, opened.end(), opened.end() + 2 * _MOST_BETWEEN)
    ]
    return _Denials(tuple(opens), tuple(found.start() for found in _CLOSES.finditer(sentence)), tuple(frames))


def _framed(before: str, behind: str) -> bool:
    return _of_list(before, led=True) and _of_list(behind) and _closed(f"{before} {behind}")


def _closed(between: str) -> bool:
    """Whether a list has its "or": in "no agencies, Python required" a comma begins something else."""
    words = _words()
    joints = words.joints.intersection(_TOKEN.findall(between.lower()))
    return not joints or bool(joints & words.last)


def _of_list(between: str, *, led: bool = False) -> bool:
    """Whether words are items of one list, and what joins them; `led` by words of knowing."""
    if len(between) > _MOST_BETWEEN:
        return False
    known = _words()
    words = 0
    for token in _TOKEN.findall(between.lower()):
        if led and token in known.knowing:
            continue
        if token in known.joints:
            led, words = False, 0
            continue
        words += 1
        if token in known.other or words > _ITEM_WORDS or not (token[-1].isalnum() or token[-1] in "+#-'’"):
            return False
        led = False
    return True


@cache
def _words() -> _Words:
    table = table_of("denials.toml")
    return _Words(*(frozenset(table[kind]) for kind in ("joints", "last", "else", "knowing")))
