"""What a card says of one job in several places: once what its postings share, and of each its place and what is its
own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schemas.posting import PostingCore, Reach
from services.notifier.domain.curation.cards import CRITERIA_OF_PLACE
from services.notifier.domain.model import FoundBy, Item
from services.notifier.domain.weights import Doubt
from services.notifier.domain.wording.digest import LABELS
from services.notifier.domain.wording.job import (
    age_line,
    by_the_clock,
    in_title,
    no_pay_line,
    reach_line,
    seen_on,
    title_of,
)
from services.notifier.domain.wording.reason_order import doubt_in_words, is_new, most_telling, telling_against
from services.notifier.domain.wording.view import Reader
from services.rules.criterion.salary import may_fill_less_than_a_year
from services.rules.places.data import country_part
from services.rules.places.known import is_group
from services.rules.places.towns import known_towns
from services.rules.web_address import job_address
from services.wording.amounts import converted_pay, stated_pay
from services.wording.conditions import conditions_in_words
from services.wording.facets import asked_in_words
from services.wording.lines import capitalised, listed
from services.wording.places import any_of, towns_in_words, worth_naming
from services.wording.reasons import in_words
from services.wording.speaking import needs_in_words
from services.wording.words import Words


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One posting of a card."""

    posting_id: str
    address: str
    place: str
    own: str
    """What is said of it alone; mostly nothing."""


def told_once(card: Sequence[Item]) -> Item:
    """A job as a card tells it: the first of its postings, less what its place alone answers."""
    first = card[0]
    if len(card) == 1:
        return first
    own: dict[str, object] = {"title": title_of([item.posting.title for item in card])}
    if pay_differs(card):
        own["salary"] = None
    return replace(
        first,
        posting=first.posting.model_copy(update=own),
        known=tuple(said for said in first.known if all(said in item.known for item in card)),
        suits=first.suits._replace(km=None),
        found_by=tuple(_shared(found, card[1:]) for found in first.found_by),
    )


def _shared(found: FoundBy, others: Sequence[Item]) -> FoundBy:
    of_others = [
        of.verdict.reasons for item in others for of in item.found_by if of.search.search_id == found.search.search_id
    ]
    reasons = tuple(
        reason
        for reason in found.verdict.reasons
        if reason.criterion not in CRITERIA_OF_PLACE or all(reason in reasons for reasons in of_others)
    )
    return replace(found, verdict=replace(found.verdict, reasons=reasons))


def pay_differs(card: Sequence[Item]) -> bool:
    """Whether each line says what its posting pays."""
    pays = (item.posting.salary for item in card)
    stated = {None if pay is None else (pay.min, pay.max, pay.currency, pay.period, pay.estimated) for pay in pays}
    return len(stated) > 1


def _at_one_workplace(card: Sequence[Item]) -> bool:
    return len({item.posting.workplace for item in card}) == 1


def doubts_of(card: Sequence[Item], at: datetime, zone: ZoneInfo) -> tuple[Doubt, ...]:
    """What speaks against each posting of a card, by the clocks of its reader then."""
    first, *others = (_against(item, at, zone) for item in card)
    return tuple(doubt for doubt in first if all(doubt in other for other in others))


def _against(item: Item, at: datetime, zone: ZoneInfo) -> tuple[Doubt, ...]:
    told = telling_against(item.chance, most_telling(item).verdict.reasons, item.posting)
    return by_the_clock(told, item.posting.timezones, at, zone)


def where_of_all(card: Sequence[Item], words: Words) -> str:
    """What the places have in common, and what the work needs in each: `On site, Germany · needs German`."""
    posting, conditions = card[0].posting, _conditions_of(card, words)
    country = _country_of([item.posting for item in card])
    if not _at_one_workplace(card):
        where = words.count("In {count} place", "In {count} places", len(card))
    elif country:
        reach = Reach(scope="listed", countries=(country,))
        where = reach_line(posting.model_copy(update={"title": "", "towns": (), "reach": reach}), words)
    elif posting.workplace == "unknown":
        where = words.count("In {count} place", "In {count} places", len(card))
    else:
        where = capitalised(asked_in_words("workplace", [posting.workplace], words))
    return " · ".join(filter(None, (where, needs_in_words(posting, words, beside=words.language), *conditions)))


def place_lines(card: Sequence[Item], due_at: datetime, reader: Reader) -> list[PlaceLine]:
    """A line for each posting of a card of several."""
    words, zone = reader.words, reader.zone
    due_on = due_at.astimezone(zone).date()
    conditions, against, age = (
        _conditions_of(card, words),
        doubts_of(card, due_at, zone),
        age_of(card, due_on, zone, words),
    )
    pays, places = pay_differs(card), _places_of(card, words)
    lines = []
    for item, place in zip(card, places, strict=True):
        posting = item.posting
        but = [doubt_in_words(doubt, words) for doubt in _against(item, due_at, zone) if doubt not in against]
        own = [
            *([_pay(posting, reader)] if pays else []),
            _age(posting, due_on, zone, words),
            *conditions_in_words(posting, words),
            *_distances(item, words),
            *([f"{words.say(LABELS['but'])}{words.say(LABELS['colon'])} {'; '.join(but)}"] if but else []),
        ]
        said = [clause for clause in own if clause not in conditions and clause != age]
        lines.append(PlaceLine(posting.posting_id, job_address(posting), place, capitalised(" · ".join(said))))
    return lines


def places_briefly(card: Sequence[Item], words: Words) -> str:
    """`Berlin, Hamburg, Munich or 2 more`."""
    return listed(_places_of(card, words), words, either=True)


def _places_of(card: Sequence[Item], words: Words) -> list[str]:
    """The place of each posting, with whether it is remote where they differ in that."""
    if not _at_one_workplace(card):
        return [reach_line(item.posting, words) for item in card]
    abroad = not _country_of([item.posting for item in card])
    return [_place(item.posting, words, abroad=abroad) for item in card]


def _place(posting: PostingCore, words: Words, *, abroad: bool) -> str:
    towns = towns_in_words(posting.towns, words, abroad=abroad)
    return capitalised(towns or any_of(in_title(posting) or worth_naming(posting.reach), words))


def _pay(posting: PostingCore, reader: Reader) -> str:
    pay, words = posting.salary, reader.words
    if pay is None:
        return no_pay_line(posting, words)
    converted = converted_pay(pay, reader.currency, words, less_than_a_year=may_fill_less_than_a_year(posting))
    stated = stated_pay(pay, words)
    return f"{stated} ({converted})" if converted else stated


def age_of(card: Sequence[Item], due_on: date, zone: ZoneInfo, words: Words) -> str:
    """How old the newest posting of a card is."""
    newest = max((item.posting for item in card), key=lambda posting: posting.seen_at)
    return _age(newest, due_on, zone, words)


def _age(posting: PostingCore, due_on: date, zone: ZoneInfo, words: Words) -> str:
    return age_line(seen_on(posting, zone), due_on, words, posted=posting.posted_at is not None)


def _distances(item: Item, words: Words) -> Iterator[str]:
    reasons = most_telling(item).verdict.reasons
    own = (reason for reason in reasons if reason.criterion in CRITERIA_OF_PLACE and reason.fit == "yes")
    return (in_words(reason, words, brief=True) for reason in own if is_new(reason))


def _conditions_of(card: Sequence[Item], words: Words) -> list[str]:
    """Those of all."""
    first, *others = [list(conditions_in_words(item.posting, words)) for item in card]
    return [clause for clause in first if all(clause in other for other in others)]


def _country_of(postings: Sequence[PostingCore]) -> str | None:
    """The one country in which all are done; None where there are several."""
    codes = {code for posting in postings for code in _codes_of(posting)}
    countries = {code if is_group(code) else country_part(code) for code in codes}
    [country, *others] = countries or {""}
    return country if country and not others and not is_group(country) else None


def _codes_of(posting: PostingCore) -> Sequence[str]:
    towns = [town.code for town in known_towns(posting.towns)]
    return towns or worth_naming(posting.reach)
