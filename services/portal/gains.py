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
from services.usecases.wording import capitalised, relaxation_in_words
from services.wording.facets import FACETS
from services.wording.words import Words, mark

_MOST_GAINS: Final = 5

NAMES: Final[Mapping[str, str]] = {
    "roles.any": mark("Job titles"),
    "roles.none": mark("Job titles that you do not want"),
    "skills.all": mark("Skills that it must ask for"),
    "skills.any": mark("Skills"),
    "skills.none": mark("Skills that you do not want"),
    "text": mark("Words"),
    "place": mark("Where you may work from"),
    "near": mark("Towns"),
    "timezone": mark("Working hours"),
    "salary": mark("Least pay"),
    **{name: words.called for name, words in FACETS.items()},
    "language": mark("Languages"),
}
"""What the form calls each of `CRITERIA`."""


@dataclass(frozen=True, slots=True)
class ShownGains:
    """What would find more, and what each wish does, in the reader's words."""

    weighed: bool
    """Whether it says what would be mailed, and not alone what fits."""
    buttons: Sequence[tuple[str, str]]
    """What would find more, each with what a form that does it sends; the best first."""
    nothing: str
    """Where there is none of these: why."""
    criteria: Sequence[tuple[str, str, str]]
    """What is asked for, how many more fit without it, and what would then be mailed; of one alone nothing."""


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
    return ShownGains(loosened is not None, buttons, none_mailed, _by_criterion(preview, loosened, words))


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
            shown, called = format_decimal(fit, locale=words.locale), words.say(NAMES[name])
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


def _by_criterion(
    preview: LivePreview, loosened: Sequence[Loosened] | None, words: Words
) -> list[tuple[str, str, str]]:
    found = preview.found
    if len(found.alone) < 2:
        return []
    more = {made.criterion: gained for made, gained in found.without}
    single = (gain for gain in loosened or () if len(gain.relaxations) == 1)
    mailed = {gain.relaxations[0].criterion: gain for gain in single if gain.relaxations[0].step == "without"}
    number = partial(format_decimal, locale=words.locale)

    def rate(name: str) -> str:
        # Without what costs nothing as much is mailed as with it.
        a_week = mailed[name].jobs_a_week if name in mailed else None if name in more else preview.taste.jobs_a_week
        if a_week is None:
            return "–"
        many = round(a_week)
        return number(many) if many or not a_week else words.say("less than 1")

    return [
        (words.say(NAMES[name]), number(more.get(name, 0)), rate(name) if loosened is not None else "")
        for name, _ in found.alone
    ]
