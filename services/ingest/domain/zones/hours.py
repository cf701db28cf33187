"""The words around a zone: how many hours from it one may be, and those that make a time zone of a place."""

import re
from collections.abc import Iterable
from typing import Final

_WORDS: Final = (
    ("one", "eine", "une", "una", "uma"), ("two", "zwei", "deux", "dos", "duas", "due", "twee"),
    ("three", "drei", "trois", "tres", "três", "tre", "drie"),
    ("four", "vier", "quatre", "cuatro", "quatro", "quattro"),
    ("five", "fünf", "cinq", "cinco"), ("six", "sechs", "seis"), ("seven", "sieben", "sept", "siete", "sete"),
    ("eight", "acht", "huit", "ocho", "oito"), ("nine", "neun", "neuf", "nueve", "nove"),
    ("ten", "zehn", "dix", "diez", "dez"), ("eleven", "elf", "onze", "once"),
    ("twelve", "zwölf", "douze", "doce", "doze"),
)  # fmt: skip
_VALUES: Final = {word: float(number) for number, words in enumerate(_WORDS, 1) for word in words}
_NUMBER = rf"(?:\d{{1,2}}(?!\d)(?:[.,]5|½)?|{'|'.join(_VALUES)})(?: and a half| et demie| y media| e meia)?"
_HOURS = r"(?:h|hrs?|hours?['’]?|stunden?|std\.?|heures?|horas?|ore|uur)(?!\w)"
_BOTH_WAYS = r"(?:±|\+\s?/\s?[-−–]|\+[-−–]|plus[/ ]minus|plus or minus|plus ou moins|más o menos|mais ou menos)"
_AT_MOST = (
    r"(?:within(?: about| around| roughly)?|(?:no|not) (?:more|further|farther) than|up to|at most|max(?:imum|imal"
    r"|\.)?(?: of| de)?"
    r"|höchstens"
    r"|innerhalb von|bis zu|à (?:moins|au plus) de|à|jusqu['’]à|máximo(?: de)?|no más de|hasta|dentro de|a menos de"
    r"|no máximo|até|entro|massimo|binnen|maximaal)"
)
_SIGNED = re.compile(r"[+\-−](?P<shift>\d{1,2})(?!\s?[\d:/.]|\s?[ap]\.?m|\s?h\b|\s?uhr)", re.IGNORECASE)
_BEHIND = re.compile(
    r",?\s?(?:time ?zone|time|zeit)?\s?\(?\s?"
    rf"(?:(?:{_BOTH_WAYS}|within)\s?(?P<both>{_NUMBER})"
    rf"|(?P<down>[-−–])\s?(?P<less>\d{{1,2}})\s?/\s?\+\s?(?P<more>\d{{1,2}})"
    rf"|\+\s?(?P<after>\d{{1,2}})\s?/\s?[-−–]\s?(?P<before>\d{{1,2}}))(?:\s?{_HOURS})?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:(?:{_BOTH_WAYS}|\b{_AT_MOST})\s?(?:\d\s?[-–]\s?)?(?P<hours>{_NUMBER})\s?-?(?:{_HOURS}|time ?zones?\b)"
    rf"(?P<tail>[\w'’ ]{{0,40}})|(?:\d\s?[-–]\s?)?\b(?P<within>{_NUMBER})\s?{_HOURS} within(?: the)?\s?)$",
    re.IGNORECASE,
)
_WINDOW: Final = 80
"""Characters before a zone in which its hours are said."""
_OTHER_HOURS = re.compile(
    r"overlap|überschneid|überlapp|chevauch|commun|solap|coincid|sobrepos|\b(?:days?|daily|weeks?|weekly|shifts?|tag"
    r"|woche"
    r"|jour|semaine|día|semana|dia)\b|\b(?:in|at) $",
    re.IGNORECASE,
)
"""Between the hours and the zone: how many are shared, or worked."""
_ONE_WAY = re.compile(r"\b(?:(?P<east>ahead|east|later)|behind|west|earlier)\b", re.IGNORECASE)
_APART_BEFORE = re.compile(
    rf"(?:{_BOTH_WAYS}\s?{_NUMBER}\s?-?{_HOURS}[\w ]{{0,12}}|\b(?:difference|décalage(?: horaire)?"
    r"|zeit(?:verschiebung|unterschied|differenz)|diferencia(?: horaria)?|diferença(?: de fuso"
    r"| de horas)?(?: horário)?)\s"
    r"(?:from|to|with|of|zu|zur|mit|avec|par rapport à|con|com|respecto a|de|em relação a)\s(?:the )?)$",
    re.IGNORECASE,
)
_APART_STEMS: Final = ("±", "+", "plus", "menos", "differen", "décalage", "zeit", "diferen")
"""What `_APART_BEFORE` needs at least: most places stand behind none of it."""
_CLOCK_OF = re.compile(
    r"\b(?:(?<!\d )(?<!-)(?<!une )(?<!deux )(?<!trois )(?<!quatre )heures? (?:de |du |d['’])"
    r"|(?:fuseau(?: horaire)?|horaires?) (?:de |du |d['’])"
    r"|(?:(?<!media )(?<!una )(?<!meia )(?<!uma )(?<!por )hora|horario|huso(?: horario)?|zona horaria|horário"
    r"|fuso(?: horário)?)"
    r"(?: laboral| comercial| oficial| local)? (?:de |da |do |del )?(?:la |el )?"
    r"|(?:orario|ora|fuso(?: orario)?) (?:di |d['’]|del |dell['’])?|czasu? "
    r"|(?:time ?zone|zeitzone|fuseau horaire|zona horaria|huso horario|fuso horário|fuso orario) ?: ?)$",
    re.IGNORECASE,
)
_CLOCK_STEMS: Final = ("hor", "ora", "heure", "fus", "huso", "zon", "czas")
"""The same for `_CLOCK_OF`."""


def hours_around(text: str, start: int, end: int) -> tuple[float, float]:
    """Hours that one may be west and east of the zone at a stretch: `CET ±2`, `within three hours of EST`, `CET -1/+3`.

    Of `CET+2`, a zone by itself, both move one way.
    """
    signed = _SIGNED.match(text, end)
    if signed is not None:
        shift = float(signed["shift"]) * (1 if text[end] == "+" else -1)
        return -shift, shift
    behind = _BEHIND.match(text, end)
    if behind is not None:
        both = _value(behind["both"])
        return both or _value(behind["less"] or behind["before"]), both or _value(behind["more"] or behind["after"])
    before = _BEFORE.search(text, max(0, start - _WINDOW), start)
    if before is None or _OTHER_HOURS.search(before["tail"] or ""):
        return 0.0, 0.0
    hours = _value(before["hours"] or before["within"])
    one_way = _ONE_WAY.search(before["tail"] or "")
    if one_way is not None:
        return (0.0, hours) if one_way["east"] else (hours, 0.0)
    return hours, hours


def tells_apart(text: str, start: int) -> bool:
    """Whether the words before a place mean its time: `+/- 2 hours of New York`. Within hours of it, one may live."""
    return _holds(text, start - 48, start, _APART_STEMS) and bool(_APART_BEFORE.search(text, max(0, start - 48), start))


def names_clock(text: str, start: int) -> bool:
    """Whether the words before a place are those for its time: `heure de Paris`, `horário de Brasília`."""
    return _holds(text, start - 40, start, _CLOCK_STEMS) and bool(_CLOCK_OF.search(text, max(0, start - 40), start))


def _holds(text: str, start: int, end: int, stems: Iterable[str]) -> bool:
    before = text[max(0, start) : end].lower()
    return any(stem in before for stem in stems)


def _value(written: str | None) -> float:
    """`3`, `5.5`, `three`, `two and a half` as a number; nothing is 0."""
    if not written:
        return 0.0
    first, *half = written.lower().replace("½", ".5").replace(",", ".").split()
    return (_VALUES[first] if first in _VALUES else float(first)) + (0.5 if half else 0.0)
