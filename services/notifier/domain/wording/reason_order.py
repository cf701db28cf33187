"""Which reasons tell a reader most about why a job was found, and what speaks against it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain
from typing import Final

from schemas.posting import PostingCore
from services.notifier.domain.curation.score import states_pay
from services.notifier.domain.curation.wishes import stems_of_role
from services.notifier.domain.model import FoundBy, Item
from services.notifier.domain.weights import Chance, ChanceFact, Doubt
from services.notifier.domain.wording.named import is_called, is_guess
from services.rules.criterion import Reason
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.near import NearFacts
from services.rules.criterion.role import RoleFacts
from services.rules.criterion.skills import AllFacts, AnyFacts
from services.rules.criterion.text import TextFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.roles.taxonomy import LONGEST, roles
from services.rules.text import Haystack, term_of
from services.rules.text import words as words_of_text
from services.wording.amounts import percent
from services.wording.facets import facet_in_words
from services.wording.lines import decimal, language_in_words
from services.wording.places import places_listed
from services.wording.roles import role_in_words
from services.wording.words import Words

_ENOUGH = 2
"""So many better reasons make an exclusion not worth its words."""
MOST_A_LINE = 2
_MOST_WORDS: Final = 20
"""Of a title in which the names of roles are looked for."""
_ON_CARD: Final = frozenset({"status", "place", "seniority", "employment", "permanent", "language"})
"""Criteria of which the card, or the title, says the same."""
_OF_ROLE: Final[frozenset[ChanceFact]] = frozenset({"trade", "near_role", "searches", "neighbour"})
_ALONE: Final[frozenset[ChanceFact]] = frozenset({"often", "workplace"})
"""What is said without naming anything."""
_SAID: Final[frozenset[ChanceFact]] = frozenset(
    {
        *_OF_ROLE,
        *_ALONE,
        "region",
        "elsewhere",
        "zone",
        "level",
        "leading",
        "experience",
        "overqualified",
        "travel",
        "written",
        "avoided",
    }
)
"""What a card can say; of the others it shows the place, the languages and which skills are only mentioned."""
_ABOVE_ROLES: Final = frozenset({"director", "executive"})
"""Levels that say more of a job than the role whose work it leads."""
_LEAST_COST: Final = 0.4
"""What takes less from the log odds is not worth a warning."""
_BETWEEN: Final = r"[\W_]{1,3}"
"""What may part the words of a phrase where they are quoted."""
_CUT: Final = ("…", "...")
_AROUND_CUT: Final = " ])\n"


def most_telling(item: Item) -> FoundBy:
    """The search to explain a job by: the one that says most of role, skills, words, places and pay, then of all else.

    What the title says counts for nothing. Of searches that tell as much, the one that the job suits best, which the
    item names first.
    """
    if len(item.found_by) == 1:
        return item.found_by[0]
    return max(item.found_by, key=partial(_telling, item.posting))


def in_telling_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What the posting states first, then what it is silent on, then what it only keeps clear of.

    An exclusion is left out where two better reasons stand before it.
    """
    ordered = sorted(reasons, key=lambda reason: (reason.facts.excludes, not reason.facts.stated))
    better = [reason for reason in ordered if not reason.facts.excludes]
    return tuple(better if len(better) >= _ENOUGH else ordered)


def worth_saying(
    reasons: Sequence[Reason], posting: PostingCore, *, bar: bool, known: bool = False
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Of why a job fits: what is said of the work, and of its terms what neither card nor title say.

    Not a role, a skill or words that the title says: below it they tell nothing, so that such a job may be without a
    line; nor a role that was guessed of a title that says another trade, or of a director's job. Where nothing is asked
    of the work, the most telling of the terms stands in its place, also if the card says it.

    `bar`: whether pay is drawn against the floor. `known`: whether it is said what of the work the reader can do.
    """
    fitting = sorted(
        (reason for reason in reasons if reason.fit == "yes" and not _needless(reason, posting, bar=bar)),
        key=lambda reason: (reason.facts.excludes, not reason.facts.stated),
    )
    of_the_work = [reason for reason in fitting if reason.facts.of_the_work and not reason.facts.excludes]
    terms = [reason for reason in fitting if not reason.facts.of_the_work]
    first = [_besides_title(reason, posting) for reason in of_the_work if not _goes_untold(reason, posting)]
    if not of_the_work and not known:
        first = terms[:1] or fitting[:1]
    return tuple(first), tuple(reason for reason in terms if is_new(reason) and reason not in first)


def _goes_untold(reason: Reason, posting: PostingCore) -> bool:
    return _in_title(reason, posting) or is_guessed(reason, posting)


def is_guessed(reason: Reason, posting: PostingCore) -> bool:
    """Whether it is a role that the title does not bear out."""
    return isinstance(reason.facts, RoleFacts) and is_guess(reason.facts, posting.title)


@lru_cache(maxsize=1_024)
def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)


def _needless(reason: Reason, posting: PostingCore, *, bar: bool) -> bool:
    """Whether it is never worth a word: what the card shows in so many words."""
    if reason.criterion == "salary":
        return bar or not states_pay(posting)
    return reason.criterion == "status" or (reason.criterion == "workplace" and posting.workplace != "unknown")


def is_new(reason: Reason) -> bool:
    """Whether it says what a reader finds neither on the card nor in the title, and would miss."""
    match reason.facts:
        case TimezoneFacts(apart=apart):
            return bool(apart)
        case NearFacts(town=town, centre=centre, remote=remote):
            return not remote and town != centre
        case FacetFacts(value=value) if reason.criterion == "visa":
            return bool(value)
        case _:
            return reason.criterion not in _ON_CARD


def _in_title(reason: Reason, posting: PostingCore) -> bool:
    """Whether the title says all of it: a role or a level above any, or each asked skill or word."""
    match reason.facts:
        case RoleFacts(found=found):
            led = posting.seniority in _ABOVE_ROLES and not is_called(reason.facts, posting.title)
            return bool(found) and (names_role(posting.title, *found) or led)
        case TextFacts(said=said):
            return bool(said) and all(map(_words_of_title(posting.title).holds, said))
        case AllFacts(asked=names) as facts:
            return len(_titled(facts, posting)) == len(names)
        case AnyFacts(found=names, at_least=least) as facts:
            return least <= len(names) == len(_titled(facts, posting))
        case _:
            return False


def _titled(facts: AllFacts | AnyFacts, posting: PostingCore) -> tuple[str, ...]:
    """The asked skills that a posting asks for by its title."""
    title = _words_of_title(posting.title)
    return tuple(name for name in facts.core if title.holds(term_of(name)))


def _besides_title(reason: Reason, posting: PostingCore) -> Reason:
    """A reason without the skills that the title says."""
    match reason.facts:
        case AllFacts(asked=names) as facts if titled := _titled(facts, posting):
            return replace(reason, facts=replace(facts, asked=_without(names, titled)))
        case AnyFacts(found=names, at_least=least) as facts if titled := _titled(facts, posting):
            rest = _without(names, titled)
            return replace(reason, facts=replace(facts, found=rest, at_least=least - (len(names) - len(rest))))
        case _:
            return reason


def _without(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)


def as_quoted(reason: Reason, posting: PostingCore) -> Reason:
    """A reason whose words are spelt as the posting has them, without those of the title where there are others."""
    if not isinstance(reason.facts, TextFacts) or not reason.facts.said:
        return reason
    terms, title = reason.facts.said, _words_of_title(posting.title)
    new = [term for term in terms if not title.holds(term)] or terms
    said = tuple(_as_spelt(term, posting.title, posting.description_text) for term in new)
    return replace(reason, facts=replace(reason.facts, said=said))


@lru_cache(maxsize=8_192)
def _words_of_title(title: str) -> Haystack:
    return Haystack.of(title, "")


def _says_all(title: str, skill: str, *ids: str) -> bool:
    """Whether a title says by a skill all that its role would: `Staff Engineer, Kotlin`, `Desenvolvedora Android`."""
    known, named = roles(), _named(skill)
    telling = (known[role] for role in ids if role in known)
    return bool(named.search(title)) and any(role.generic or named.search(role.name()) for role in telling)


@lru_cache(maxsize=8_192)
def _as_spelt(term: str, title: str, text: str) -> str:
    """A term as a posting spells it at first; as it is where the posting has it with other letters, such as accents."""
    parts = _BETWEEN.join(map(re.escape, term.split()))
    spelt = re.compile(rf"(?<![^\W_]){parts}(?![^\W_])", re.IGNORECASE)
    found = spelt.search(title) or spelt.search(text)
    return found[0] if found else term


def _telling(posting: PostingCore, found: FoundBy) -> tuple[int, int]:
    stated = [reason for reason in found.verdict.reasons if reason.fit == "yes" and reason.facts.stated]
    weighty = sum(reason.facts.weighty and not _in_title(reason, posting) for reason in stated)
    return weighty + bool(found.preferred.named), len(stated)


def telling_against(chance: Chance, reasons: Iterable[Reason], posting: PostingCore) -> tuple[Doubt, ...]:
    """What the chance knows against a job and neither its title nor why it was found says, the most telling first."""
    weighty = [factor.doubt for factor in chance.against if factor.costs >= _LEAST_COST and factor.doubt.fact in _SAID]
    if not weighty:
        return ()
    facts = [reason.facts for reason in reasons]
    near = any(isinstance(some, RoleFacts) and some.near for some in facts)
    said = any(isinstance(some, RoleFacts) and posting.roles[:1] == some.found[:1] for some in facts)
    core = [name for some in facts if isinstance(some, AllFacts | AnyFacts) for name in some.core]
    asked = any(_says_all(posting.title, name, *posting.roles[:1]) for name in core)
    silent = near or said or asked or names_role(posting.title, *posting.roles[:1])
    named = (doubt for doubt in weighty if _names_something(doubt) or doubt.fact in _ALONE)
    told = [doubt for doubt in named if not (silent and doubt.fact in _OF_ROLE)]
    of_role = [doubt for doubt in told if doubt.fact in _OF_ROLE]
    # Several factors say the same of the job's one role; what somebody has worked as says more.
    fullest = max(of_role, key=lambda doubt: bool(doubt.done), default=None)
    told = [doubt for doubt in told if doubt.fact not in _OF_ROLE or doubt is fullest]
    # Whom a job is meant for says its level too.
    overqualified = "overqualified" in {doubt.fact for doubt in told}
    return tuple(doubt for doubt in told if not (overqualified and doubt.fact == "level"))[:MOST_A_LINE]


def _names_something(doubt: Doubt) -> bool:
    return bool(doubt.of) or doubt.amount is not None or doubt.own is not None


@lru_cache(maxsize=8_192)
def names_role(title: str, *ids: str) -> bool:
    """Whether a title holds a name of each of these roles, in whatever language, and as one word or two."""
    own = words_of_text(title)[:_MOST_WORDS]
    runs = {"".join(own[at : at + size]) for size in range(1, LONGEST + 1) for at in range(len(own) - size + 1)}
    return all(any(runs.issuperset(name) or "".join(name) in runs for name in _names_of(role)) for role in ids)


@lru_cache(maxsize=1_024)
def _names_of(role: str) -> tuple[tuple[str, ...], ...]:
    known = roles()
    titles = chain.from_iterable(known[role].titles.values()) if role in known else ()
    return tuple(tuple(words_of_text(title)) for title in titles)


def doubt_in_words(doubt: Doubt, words: Words) -> str:
    """One clause without a subject: `hires only in Bavaria`."""
    match doubt.fact:
        case "often":
            return words.say("says your words only in passing")
        case "workplace":
            return facet_in_words("workplace", "yes", FacetFacts((), "unknown"), words)
        case "searches" if doubt.done:
            role, own = role_in_words(doubt.of[0], words), [role_in_words(done, words) for done in doubt.done]
            return words.say("is more of a {role} job, and you have worked as {own}", role=role, own=words.all_of(own))
        case "trade" | "near_role" | "searches" | "neighbour":
            return words.say("is more of a {role} job", role=role_in_words(doubt.of[0], words))
        case "region" if doubt.of:
            return words.say("hires only in {places}", places=places_listed(doubt.of, words))
        case "region":
            return words.say("is {km} km from where you live", km=decimal(doubt.amount or 0.0, words))
        case "elsewhere":
            return words.say("names {places} in its title", places=places_listed(doubt.of, words))
        case "zone":
            return words.say("keeps hours {hours} h from yours", hours=decimal(doubt.amount or 0.0, words))
        case "level":
            return facet_in_words("seniority", "yes", FacetFacts((), doubt.of[0]), words)
        case "overqualified" if doubt.amount is None:
            return words.say("is meant for beginners, and you have {years} years", years=doubt.own or 0)
        case "experience" | "overqualified" if doubt.own is not None:
            return experience_in_words(round(doubt.amount or 0.0), doubt.own, words)
        case "experience":
            return words.say("asks for {years} years of experience", years=decimal(doubt.amount or 0.0, words))
        case "leading":
            return words.say("you would lead people")
        case "travel":
            return words.say(
                "asks you to travel {percent} of the time", percent=percent((doubt.amount or 0.0) / 100.0, words.locale)
            )
        case "written":
            return words.say("is written in {language}", language=language_in_words(doubt.of[0], words))
        case "avoided":
            return words.say("is about {avoided}, which you would rather not do", avoided=words.all_of(doubt.of))
        case fact:
            raise ValueError(f"there are no words for {fact}")


def experience_in_words(asked: int, own: int, words: Words) -> str:
    """What a job asks for beside what its reader has."""
    return words.count(
        "asks for {count} year of experience, and you have {own}",
        "asks for {count} years of experience, and you have {own}",
        asked,
        own=own,
    )


def is_everyday(reason: Reason, posting: PostingCore) -> bool:
    """Whether it quotes words alone of what jobs of this role are called: "counselor", of a therapist's."""
    if not isinstance(reason.facts, TextFacts) or not reason.facts.said:
        return False
    common = frozenset[str]().union(*map(stems_of_role, posting.roles[:1]))
    vocabulary = roles().vocabulary
    return all(common.issuperset(word.stem for word in vocabulary.words(term)) for term in reason.facts.said)


def is_cut_short(posting: PostingCore) -> bool:
    """Whether a feed gives the start of the text alone: it ends in an ellipsis."""
    return posting.description_text.rstrip(_AROUND_CUT).endswith(_CUT)
