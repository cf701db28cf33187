"""When a job that a subscriber was sent before is news once more: its pay rose above the floor."""

from collections.abc import Sequence

from schemas.posting import PostingCore
from services.notifier.domain.model import AnnualPay, FoundBy, PayNews, SentItem
from services.rules.criterion.salary import SalaryFacts

LEAST_RAISE = 1.05
"""Pay in another currency than before must be higher by this factor: less may be the exchange rate alone."""


def pay_of(posting: PostingCore) -> AnnualPay | None:
    """The top of the stated pay in a year; None where it is not stated, or not by the year, or in no known currency."""
    salary = posting.salary
    if salary is None or salary.currency is None:
        return None
    top = salary.annual_max if salary.annual_max is not None else salary.annual_min
    return None if top is None else AnnualPay(round(top), salary.currency)


def pay_news(before: Sequence[SentItem], posting: PostingCore, found_by: Sequence[FoundBy]) -> PayNews | None:
    """Why a job comes again that came before; None where it does not.

    It does where it only ever came as a near miss, and now fits whole a search whose floor its pay is held against,
    being stated for the first time, or higher than it ever was. `found_by` holds the searches that it fits whole.
    """
    now = pay_of(posting)
    if now is None or not all(item.near for item in before) or not any(map(_is_above, found_by)):
        return None
    last = max(before, key=lambda item: (item.sent_at, item.posting_id))
    stated = [item.pay for item in before if item.pay is not None]
    if not stated:
        return PayNews("pay_stated", last.sent_at, None, now)
    if not all(_is_raised(pay, now, posting) for pay in stated):
        return None
    return PayNews("pay_raised", last.sent_at, last.pay or stated[-1], now)


def _is_above(found: FoundBy) -> bool:
    return any(
        reason.fit == "yes" and isinstance(reason.facts, SalaryFacts) and reason.facts.annual_top is not None
        for reason in found.verdict.reasons
    )


def _is_raised(before: AnnualPay, now: AnnualPay, posting: PostingCore) -> bool:
    if before.currency == now.currency:
        return now.amount > before.amount
    converted = posting.salary.tops.get(before.currency) if posting.salary else None
    return converted is not None and converted >= before.amount * LEAST_RAISE
