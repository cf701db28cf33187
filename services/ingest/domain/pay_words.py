"""The words of pay: currencies that a country decides, periods, and what the words around a sum say of it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from schemas.posting import Period
from services.ingest.domain.pay_data import Word, pay_data

DOLLAR: Final = "$"
"""A bare dollar sign: which dollar it is depends on the posting's country."""
LOCAL: Final = frozenset({DOLLAR, "kr", "¥", "Rs", "R", "peso"})
"""Signs and words that several countries use for currencies of their own."""

DOLLARS: Mapping[str, str] = {
    "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "JM": "JMD", "TT": "TTD",
}  # fmt: skip
PESOS: Mapping[str, str] = {
    "MX": "MXN", "CO": "COP", "CL": "CLP", "AR": "ARS", "UY": "UYU", "DO": "DOP", "PH": "PHP",
}  # fmt: skip
_OTHERS: Mapping[str, Mapping[str, str]] = {
    "kr": {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "": "SEK"},
    "¥": {"CN": "CNY", "JP": "JPY", "": "JPY"},
    "Rs": {"IN": "INR", "PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR", "": "INR"},
    "R": {"ZA": "ZAR"},
}


def local_currency(sign: str, country: str | None) -> str | None:
    """What a sign of `LOCAL` means in a country (ISO 3166-1); None where it means nothing there. Not for `DOLLAR`."""
    meanings = PESOS if sign == "peso" else _OTHERS[sign]
    return meanings.get(country or "") or meanings.get("")


def currency_code(text: str | None) -> str | None:
    """Read a currency field: an ISO 4217 code or a symbol. Unknown or empty is None; a bare `$` stays DOLLAR."""
    name = (text or "").strip()
    if re.fullmatch(r"[A-Za-z]{3}", name):
        return pay_data().before.get(name.lower()) or name.upper()
    return pay_data().before.get(name.lower()) or pay_data().after.get(name.lower())


class Spell(NamedTuple):
    """A period, and by what an amount must be multiplied to be pay for one: a fortnight is half a week's."""

    period: Period
    factor: Decimal = Decimal(1)


_FORTNIGHT: Final = Spell("week", Decimal("0.5"))
_HALF_MONTH: Final = Spell("month", Decimal(2))
_FIELD_PERIODS: tuple[tuple[str, Spell], ...] = (
    (r"fortnight|bi-?week|2 ?week|two ?week", _FORTNIGHT),
    (r"0\.5 ?month|half[- ]?month|semi-?month|twice a month", _HALF_MONTH),
    (r"\b2 ?month", Spell("month", Decimal(1) / 2)),
    (r"\b3 ?month|quarter", Spell("month", Decimal(1) / 3)),
    (r"\b6 ?month|half[- ]?year", Spell("year", Decimal(2))),
    (r"year|annual|annum|\bp\.?a\b|jahr|\bann[ée]e|\ba[nñ]o", Spell("year")),
    (r"month|monat|\bmois|\bmes", Spell("month")),
    (r"week|woche|semaine", Spell("week")),
    (r"\bda(?:y|ily)|diem|\btag", Spell("day")),
    (r"hour|\bhr|stunde|heure", Spell("hour")),
    (r"\b1 ?time|project|fixed|task|piece|one[- ]time", Spell("project")),
)


def period_of_field(text: str | None) -> Spell | None:
    """Read a period as feeds spell it: `annual`, `per-year-salary`, `1 YEAR`, `HOUR`, `2 WEEK`, `0.5 MONTH`, ...

    None where it is empty or says nothing (`NONE`).
    """
    words = (text or "").lower().replace("_", "-")
    return next((spell for pattern, spell in _FIELD_PERIODS if re.search(pattern, words)), None)


_SPELLS: Mapping[str, Spell] = {
    "fortnight": _FORTNIGHT,
    "half_month": _HALF_MONTH,
    "year": Spell("year"),
    "month": Spell("month"),
    "week": Spell("week"),
    "day": Spell("day"),
    "hour": Spell("hour"),
    "project": Spell("project"),
}
_UNITS: Mapping[str, str] = {
    "fortnight": r"fortnight(?:ly)?|bi-?weekly|2 weeks|two weeks|other week",
    "half_month": r"half[- ]month|semi-?monthly|twice (?:a|per) month",
    "year": r"years?|yrs?|(?<=/)y|annum|annual(?:ly|i[sz]ed)?|yearly|p\.?\s?/?a\b\.?|pa\b|jahr|jährlich|jahresbrutto"
            r"|année|(?:(?<=par )|(?<=/)|(?<=/ ))an|annuel(?:le)?s?|annui|año|anual(?:es|is)?|ano|anno|rok|rocznie|jaar"
            r"|år(?:et)?|årligen|ročně|év|yıl(?:lık)?|vuosi|évente|(?<=pe )an|год|рік|שנה"
            r"|ปี|năm|tahun|年|년",
    "month": r"months?|mos?|mth|monthly|p\.?/?c?m\b\.?|monat|monatlich|mtl|mois|mensuel(?:le)?s?|mes|mensual(?:es)?|mês"
             r"|mensal|mensais|mensili?|mies(?:iąc|ięcznie)?|mc|maand|mese|måned(?:en)?|mån(?:ad(?:en)?)?|mnd|md|kk"
             r"|měs(?:íc|íčně)?|hó(?:nap)?|lun[aă]|lunar|havonta|havi|ay|aylık|bulan|bln|tháng|месяц|мес|міс(?:яць)?"
             r"|месец|חודש|เดือน|月|월|个月|每月",
    "week": r"weeks?|wk|weekly|p\.?/?w\b\.?|woche|wöchentlich|semaine|semana|tydzień|tyg|vecka|uge|uke|週|周",
    "day": r"days?|daily|p\.?/?d\b\.?|tag|täglich|jour|journée|día|dia|diária|dzień|diem|giorno|dag(?:en)?|mandays?"
           r"|(?<=/)den|день|יום|วัน|ngày|hari|日|일|天",
    "hour": r"hours?|hrs?|h|hourly|p\.?/?h\b\.?|stunde|stündlich|std|heure|l'heure|hora|godz\w*|uur|ora|timme"
            r"|time|timen|timmen|tim|(?<=/)t|hod(?:inu)?|óra|óránként|saat|час|годину|שעה|ชั่วโมง|giờ|jam|時間|小时|小時|시간",
}  # fmt: skip
_PIECE = (
    r"lectures?|tasks?|articles?|projects?|sessions?|pages?|words?|visits?|class(?:es)?|assignments?|pieces?|reports?"
    r"|videos?|cases?|assessments?|interviews?|deliver(?:y|ies)|tickets?|leads?|calls?|surveys?|translations?|lessons?"
    r"|audio (?:minute|hour)|minute|episodes?|posts?|evaluations?|appointments?|consults?|consultations?|gig|shift"
    r"|placement|hire|review|submission|story|stories|script|design|image|transcript|artikel|auftrag|projekt|wort"
    r"|artículo|proyecto|palabra|projeto|artigo|mission|mot\b|feuillet"
)
_DONE = r"(?:completed|approved|accepted|published|successful|billable)"
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_FILLER = (
    r"(?:(?:usd|eur|gbp|cad|aud|chf|pln|inr|php|euros?|gross|net|brutt[oó]|nett[oó]|brut[ot]?s?|nets?|lordi|lordo"
    r"|liquid[eio]s?|líquid[oa]s?|hrub\w{1,4}|čist\w{1,4}|бруто|брутто|нетто|на руки|na rękę|base|basic|salary|pay"
    r"|compensation|before tax(?:es)?|after tax(?:es)?|pre-?tax|equivalent|b2b|uop|clt|pj|ctc|rate|total"
    r"|depending on experience|doe|(?:\+|excl?\.?|plus)? ?(?:vat|btw|iva|moms|mva|mwst|ust)\.?"
    r"|fixed|fixe|flat|ht|\+)[\s,;)(*]*){0,4}"
)
_PERIOD_AFTER = (
    rf"[\s)*+,(]{{0,4}}{_FILLER}"
    r"(?:(?:/|／|per|for each|for every|each|every|an?|pro|par|por|al|ao|na|im|om|pe|za|all'|alla|je"
    r"|die|der|de|à|i|p\.|pr\.?|på|v|в|на|за|ל|ต่อ|mỗi|the|每)\s{0,2})?"
    rf"(?:{_UNIT}|(?P<project>(?<=[/ ])(?:{_DONE} )?(?:{_PIECE})))"
    r"(?![a-z0-9_à-ÿ]|-[a-z])"
)
PERIOD_AFTER = re.compile(_PERIOD_AFTER)
"""The period that follows an amount: `/hr`, ` per year`, ` brutto pro Jahr`, ` a year`, ` annually`, ` per lecture`.

On text in lower case, like all patterns here.
"""
_PERIOD_NEAR = re.compile(
    r"(?P<fortnight>fortnightly|bi-?weekly|every two weeks)|(?P<half_month>semi-?monthly)"
    r"|(?P<hour>hourly|(?:per|an|/) ?hour|stundenlohn|stundensatz|taux horaire|uurloon|timlön|timeløn|stawka godzinowa"
    r"|por hora|uurtarief|時給|时薪|時薪|시급)"
    r"|(?P<day>\bdaily|day rate|per day(?! of)|tagessatz|dagtarief|stawka dzienna|\btjm\b"
    r"|taux journalier|日給|日薪|일급)"
    r"|(?P<week>weekly|per week(?= (?:pay|rate|salary)))"
    r"|(?P<month>monthly|per month|monats(?:gehalt|lohn|brutto)|mensuel|mensual|mensal|mensile|miesięczn|maandsalaris"
    r"|månadslön|månedsløn|月給|月収|月薪|월급)"
    r"|(?P<year>\bannual|yearly|per (?:year|annum)|jahres(?:gehalt|brutto|vergütung|ziel|lohn)|annuel|anual|roczn"
    r"|\bral\b|årslön|årsløn|\bctc\b|jaarsalaris|年収|年俸|年薪|연봉)"
    r"|(?P<project>upon (?:successful )?completion|one[- ]time (?:payment|fee)|fixed[- ]price|flat fee|per project)"
)
EAST_ASIAN_PAY = re.compile(
    r"年収|年俸|月給|月収|時給|日給|報酬|基本給|給与|给与|月薪|年薪|时薪|時薪|日薪|薪资|薪資|薪酬|待遇|연봉|월급|시급|일급|급여|เงินเดือน|รายได้|ค่าจ้าง"
)


def period_after(text: str) -> Spell | None:
    """The period that a text right after an amount begins with."""
    match = PERIOD_AFTER.match(text)
    return _SPELLS[match.lastgroup] if match and match.lastgroup else None


def periods_near(text: str, *, nearest_last: bool) -> tuple[Spell, ...]:
    """Periods named anywhere in a text, the nearest first: `hourly rate: $48`."""
    named = [_SPELLS[match.lastgroup] for match in _PERIOD_NEAR.finditer(text) if match.lastgroup]
    return tuple(dict.fromkeys(reversed(named) if nearest_last else named))


_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LEAST_COMPOUND = 8


def words_in(text: str, start: int, stop: int) -> dict[Word, int]:
    """What the words of a stretch say of a sum beside them: for each kind of word, where its last one ends."""
    data = pay_data()
    found: dict[Word, int] = {}
    taken = start
    for match in _TOKEN.finditer(text, start, stop):
        if match.start() < taken:
            continue
        token = match.group()
        for phrase, word in data.phrases.get(token, ()):
            end = match.start() + len(phrase)
            if end <= stop and text.startswith(phrase, match.start()) and not text[end : end + 1].isalnum():
                found[word] = taken = end
                if word == "base" and " " in phrase:
                    found["salary"] = end
                break
        else:
            if len(token) >= _LEAST_COMPOUND:
                for endings, word in data.compounds:
                    if token.endswith(endings):
                        found[word] = match.end()
    return found
