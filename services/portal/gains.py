"""What each wish of a search costs, and what would find more, in the reader's words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from babel.numbers import format_decimal

from schemas.criteria import Criteria
from services.portal.search_form import asking_instead
from services.usecases.kinds import is_next_level, lets_in_again
from services.usecases.previewed import LivePreview, Loosened
from services.usecases.searches import WantedSearch, refused_by
from services.usecases.wording import capitalised, each_in_words, relaxation_in_words
from services.wording.words import Words

_MOST_GAINS: Final = 5
_WHICH_WORK: Final = frozenset({"roles.any", "skills.any", "skills.all", "text"})
"""Wishes that say which work is looked for."""


@dataclass(frozen=True, slots=True)
class ShownGains:
    """What would find more, and what each wish does, in the reader's words."""

    days: int
    """How far back is looked."""
    weighed: bool
    """Whether it says what would be mailed, and not alone what fits."""
    buttons: Sequence[tuple[str, str]]
    """What would find more, each with what a form that does it sends; the best first."""
    nothing: str
    """Where there is none of these: why."""
    sole: bool
    """Whether there is one wish, which is measured by all jobs."""
    costs: Sequence[tuple[str, str]]
    """Each wish, and how many jobs it takes away; of several, once they are weighed, also what would be mailed."""


def shown_gains(
    preview: LivePreview,
    loosened: Sequence[Loosened] | None,
    wanted: WantedSearch,
    given: Mapping[str, str],
    words: Words,
    count: Callable[[Criteria], int],
    *,
    beside_kinds: bool = False,
) -> ShownGains:
    """Before they are weighed, by what fits; then those alone by which more is mailed. `count`: how many fit.

    `beside_kinds`: on a page that asks which kinds of jobs somebody would take: what a press does there is not said
    again.
    """
    asked, now_mailed = wanted.criteria, preview.taste.jobs_a_week

    def offered(gain: Loosened) -> bool:
        return _keeps_trade(gain, asked) and not (beside_kinds and _asked_beside(gain))

    def shown(gain: Loosened) -> tuple[str, str]:
        how = capitalised(words.all_of([relaxation_in_words(made, asked, words) for made in gain.relaxations]))
        more = format_decimal(gain.more, locale=words.locale)
        if loosened is None:
            said = words.count("{how}: 1 more", "{how}: {shown} more", gain.more, how=how, shown=more)
        else:
            rate = rate_in_words(gain.jobs_a_week, preview.days, words)
            said = words.count(
                "{how}: {rate}, 1 more fits",
                "{how}: {rate}, {shown} more fit",
                gain.more,
                how=how,
                rate=rate,
                shown=more,
            )
        return said, asking_instead(given, asked, gain.relaxations[-1].criteria, words)

    more_mailed: Sequence[Loosened] = ()
    if loosened is None:
        gains = (Loosened((made,), more, 0.0) for made, more in preview.gains(_MOST_GAINS))
        best = list(filter(offered, gains))
    else:
        more_mailed = [gain for gain in loosened if gain.jobs_a_week > now_mailed]
        best = list(islice(filter(offered, more_mailed), _MOST_GAINS))
    buttons = [shown(gain) for gain in best]
    if loosened is not None and not best and not preview.found.matching:
        buttons = _trade_alone(preview, asked, given, words, count)
    single = [gain for gain in loosened or () if len(gain.relaxations) == 1]
    none_mailed = words.say("No single change would have more mailed.") if single and not more_mailed else ""
    sole, costs = len(preview.found.alone) == 1, _costs(preview, loosened, asked, words)
    return ShownGains(preview.days, loosened is not None, buttons, none_mailed, sole, costs)


def _asked_beside(loosened: Loosened) -> bool:
    """Whether it is a level that the question of kinds asks for, or lets in what is left out there."""
    [made, *others] = loosened.relaxations
    return not others and (is_next_level(made) or lets_in_again(made))


def _keeps_trade(loosened: Loosened, asked: Criteria) -> bool:
    """Whether it still says which work is looked for, where the search does: else jobs of every trade would fit."""
    return names_trade(loosened.relaxations[-1].criteria) or not names_trade(asked)


def names_trade(criteria: Criteria) -> bool:
    """Whether it says which work is looked for, or by which words."""
    return bool(criteria.roles.any or criteria.skills.any or criteria.skills.all or criteria.text)


def _trade_alone(
    preview: LivePreview, asked: Criteria, given: Mapping[str, str], words: Words, count: Callable[[Criteria], int]
) -> list[tuple[str, str]]:
    """Where no change finds any: the work that is looked for, without regard to all else but what is not wanted."""
    named = dict(preview.found.alone)
    refused = refused_by(asked)
    trades = {
        "roles.any": refused.model_copy(update={"roles": asked.roles}),
        "skills.any": refused.model_copy(update={"skills": asked.skills}),
        "text": refused.model_copy(update={"text": asked.text}),
    }
    if len(named) < 2:
        return []
    for name, trade in trades.items():
        if named.get(name) and (fit := count(trade)):
            shown, called = format_decimal(fit, locale=words.locale), capitalised(each_in_words(asked, words)[name])
            said = words.count("{wish} alone: 1 fits", "{wish} alone: {shown} fit", fit, wish=called, shown=shown)
            return [(said, asking_instead(given, asked, trade, words))]
    return []


def rate_in_words(a_week: float, days: int, words: Words) -> str:
    """How many jobs are mailed a week, or of so many days."""
    number = partial(format_decimal, locale=words.locale)
    if many := round(a_week):
        return words.count(
            "about 1 a week would be mailed", "about {shown} a week would be mailed", many, shown=number(many)
        )
    many = max(round(a_week * days / 7), 1)
    return words.count(
        "about 1 in {days} days would be mailed",
        "about {shown} in {days} days would be mailed",
        many,
        shown=number(many),
        days=days,
    )


def _costs(
    preview: LivePreview, loosened: Sequence[Loosened] | None, asked: Criteria, words: Words
) -> list[tuple[str, str]]:
    """By each wish, and where only several at once take away all jobs, by these together.

    Without the only one that says which work is looked for, it would be another search: that is no cost.
    """
    found, now_mailed = preview.found, round(preview.taste.jobs_a_week)
    more = {made.criterion: gained for made, gained in found.without}
    single = (gain for gain in loosened or () if len(gain.relaxations) == 1 and len(found.alone) > 1)
    mailed = {gain.relaxations[0].criterion: gain for gain in single if gain.relaxations[0].step == "without"}
    number = partial(format_decimal, locale=words.locale)

    def without(said: str, gain: Loosened) -> str:
        if not gain.jobs_a_week:
            return words.say("{said}; without it, still nothing would be mailed", said=said)
        if now_mailed and round(gain.jobs_a_week) <= now_mailed:
            return words.say("{said}; without it, as many would be mailed as now", said=said)
        rate = rate_in_words(gain.jobs_a_week, preview.days, words)
        return words.say("{said}; without it: {rate}", said=said, rate=rate)

    def cost(name: str) -> str:
        if taken := more.get(name, 0):
            said = words.count("takes away 1 job", "takes away {shown} jobs", taken, shown=number(taken))
            return without(said, mailed[name]) if name in mailed else said
        return words.say("takes away no job") if found.matching else words.say("also without it, none fits")

    def together(gain: Loosened) -> tuple[str, str]:
        named = words.all_of([phrases[made.criterion] for made in gain.relaxations])
        said = words.count(
            "together: take away 1 job", "together: take away {shown} jobs", gain.more, shown=number(gain.more)
        )
        return capitalised(named), said

    phrases = each_in_words(asked, words)
    works = [name for name, _ in found.alone if name in _WHICH_WORK]
    wishes = [name for name, _ in found.alone if works != [name]]
    costs = [(capitalised(phrases[name]), cost(name)) for name in wishes]
    if found.matching or any(name in more for name in wishes):
        return costs
    several = [together(gain) for gain in loosened or () if len(gain.relaxations) > 1]
    # That none fits whatever is left out stands above, once.
    return [*costs, *several] if several else []
