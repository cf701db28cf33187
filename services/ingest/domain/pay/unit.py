"""Whether a board states its pay in a unit in which nobody is paid, as cents or thousands."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.ingest.domain.draft import Draft
from services.ingest.domain.pay.bands import is_placeholder, is_plausible
from services.ingest.domain.pay.text import find_pay
from services.ingest.domain.pay.words import LOCAL, Spell, currency_code, period_of_field
from services.ingest.domain.text.sections import document_of
from services.rules.money import Rates

_ANY: tuple[Spell, ...] = (Spell("hour"), Spell("day"), Spell("week"), Spell("month"), Spell("year"))


def is_in_another_unit(draft: Draft, rates: Rates) -> bool:
    """Whether a board's own fields state pay in a currency, and none of it can be pay for a period that it may be for.

    What a form wants and nobody means (0, 1, 999999) states none; a sign of several currencies is not judged.
    """
    stated = [*_in_fields(draft), *_in_words(draft)]
    return bool(stated) and not any(
        is_plausible([end * spell.factor for end in ends], currency, spell.period, rates)
        for ends, currency, spells in stated
        for spell in spells or _ANY
    )


def _in_fields(draft: Draft) -> Iterator[tuple[Sequence[Decimal], str, Sequence[Spell]]]:
    for band in draft.pay:
        ends = [end for end in (band.min, band.max) if end is not None and end.is_finite() and end > 0]
        currency = currency_code(band.currency)
        if band.kind != "bonus" and currency and currency not in LOCAL and ends and not is_placeholder(sorted(ends)):
            spell = period_of_field(band.period)
            yield ends, currency, (spell,) if spell else ()


def _in_words(draft: Draft) -> Iterator[tuple[Sequence[Decimal], str, Sequence[Spell]]]:
    for stated in draft.pay_text:
        for mention in find_pay(document_of("", stated.text), "field"):
            ends = [end for end in (mention.min, mention.max) if end is not None]
            named = mention.currency and mention.currency not in LOCAL
            if mention.sense == "pay" and named and ends and not is_placeholder(sorted(ends)):
                yield ends, mention.currency, mention.spells
