"""Skills in words: which of those asked for a posting has and how it means them, and how a wish for some is relaxed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.rules.criterion import Fit, Relaxation
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import words as words_of_text
from services.wording.lines import listed
from services.wording.words import Words

_MOST_DETAILED: Final = 6
"""Skills that are named one by one beside a reason."""


@dataclass(frozen=True, slots=True)
class _Detail:
    """Which of the skills asked for a posting needs, mentions and lacks, and what else it needs."""

    core: tuple[str, ...]
    meant: tuple[str, ...]
    """Mentioned, and implied by a core one, which to the score is more than a mention."""
    aside: tuple[str, ...]
    """Only mentioned."""
    lacking: tuple[str, ...]
    others: tuple[str, ...]
    """Core ones that were not asked for."""
    any_at_all: bool
    """Whether the posting has any skill."""


def all_in_words(facts: AllFacts, words: Words) -> str:
    """Which are asked for and which are mentioned, else which are missing."""
    if not facts.missing:
        return skills_met([facts], words)
    missing = listed(facts.missing, words, either=True)
    met = [name for name in facts.asked if name not in facts.missing]
    if facts.mentioned == facts.missing:
        aside = listed(facts.missing, words)
        if not met:
            return words.say("only mentions {skills}", skills=aside)
        return words.say("only mentions {missing}, but asks for {skills}", missing=aside, skills=listed(met, words))
    if not met:
        return words.say("does not ask for {skills}", skills=missing)
    return words.say("does not ask for {missing}, but for {skills}", missing=missing, skills=listed(met, words))


def names_skill(term: str, facts: AllFacts | AnyFacts) -> bool:
    """Whether a word says no more than the name of a skill that is met."""
    names = facts.asked if isinstance(facts, AllFacts) else (*facts.found, *facts.by)
    own = frozenset(words_of_text(term))
    return taxonomy().canonical(term) in names or any(own <= frozenset(words_of_text(name)) for name in names)


@dataclass(frozen=True, slots=True)
class Manner:
    """How strongly the words of a posting say what was read of it."""

    several: frozenset[str] = frozenset()
    """The skills asked for beside which it names others that will do as well."""
    involved: frozenset[str] = frozenset()
    """Those that the work is done with, and of which no word says that they are wished for."""
    inferred: bool = False
    """Whether its title calls it by none of the roles that it was taken for."""


AS_READ: Final = Manner()


def skills_met(met: Sequence[AllFacts | AnyFacts], words: Words, manner: Manner = AS_READ) -> str:
    """`asks for Python and Go and would like Kafka`; then what implies more of them where they are too few."""
    names = dict.fromkeys(
        name for facts in met for name in (facts.asked if isinstance(facts, AllFacts) else facts.found)
    )
    core = {name for facts in met for name in facts.core}
    wanted = {name for facts in met for name in facts.wanted}
    either = [name for name in names if name in core and name in manner.several]
    asked = [name for name in names if name not in either and not _is_in_another(name, names)]
    if either:
        like = words.say("{skills} or the like", skills=listed(either, words, either=True))
        asked, core = [*asked, like], {*core, like}
    said = _meant(asked, core, wanted, words, manner.involved)
    for facts in met:
        if isinstance(facts, AnyFacts):
            lacking = max(facts.at_least - len(facts.found), 0)
            said += [
                _implies(*pair, facts, words, manner.involved)
                for pair in zip(facts.implied[:lacking], facts.by, strict=False)
            ]
    return words.all_of(said)


def _is_in_another(name: str, others: Iterable[str]) -> bool:
    """Whether another name holds the words of one: negotiation, beside contract negotiation."""
    own = frozenset(words_of_text(name))
    return any(own < frozenset(words_of_text(other)) for other in others)


def any_in_words(facts: AnyFacts, fit: Fit, words: Words) -> str:
    """Those that are there, and what implies more of them where they are too few."""
    if fit == "yes":
        return skills_met([facts], words)
    met, asked = (*facts.found, *facts.implied), facts.asked
    if met:
        return words.say(
            "asks for only {count} of your {all} skills, {skills}; you want {wanted}",
            count=len(met),
            all=len(asked),
            skills=listed(met, words),
            wanted=facts.at_least,
        )
    if facts.mentioned:
        return words.say("only mentions {skills}", skills=listed(facts.mentioned, words))
    if len(asked) == 1:
        return words.say("does not ask for {skills}", skills=asked[0])
    if len(asked) == 2:
        return words.say("asks for neither {one} nor {other}", one=asked[0], other=asked[1])
    return words.say("asks for none of {skills}", skills=listed(asked, words))


def none_in_words(facts: NoneFacts, words: Words) -> str:
    """Which are there although they are excluded, else that none is."""
    if facts.found:
        return words.say("asks for {skills}, which you exclude", skills=listed(facts.found, words))
    return words.say("does not ask for {skills}", skills=listed(facts.asked, words, either=True))


def skills_besides(facts: AllFacts | AnyFacts, posting: PostingCore, words: Words) -> Iterator[str]:
    """What more there is to know of a posting's skills, a phrase each."""
    detail = _detail_of(facts, posting)
    core, meant, aside = (_detailed(names, words) for names in (detail.core, detail.meant, detail.aside))
    met = bool(core or meant or aside)
    if core:
        yield words.say("core to the job: {skills}", skills=core)
    if meant:
        yield words.say("mentioned, and implied by what is core: {skills}", skills=meant)
    if aside:
        yield words.say("only mentioned: {skills}", skills=aside)
    if isinstance(facts, AnyFacts) and detail.lacking and met:
        lacking = _detailed(detail.lacking, words)
        yield words.say("not asked for, of your {count}: {skills}", count=len(facts.asked), skills=lacking)
    if detail.others:
        others = _detailed(detail.others, words)
        yield (
            words.say("its core skills besides: {skills}", skills=others)
            if met
            else words.say("its core skills: {skills}", skills=others)
        )
    elif not detail.any_at_all:
        yield words.say("no skill was found in the posting")


def _detail_of(facts: AllFacts | AnyFacts, posting: PostingCore) -> _Detail:
    """What there is to know of a posting's skills beside the reason."""
    known = taxonomy()
    own = {skill.name: skill.core for skill in posting.skills}
    implied = facts.implied if isinstance(facts, AnyFacts) else ()
    met = [name for name in facts.asked if name in own]
    met += [name for name in own if name not in met and known.parents(name).intersection(implied)]
    needed = {parent for name in own if own[name] for parent in known.parents(name)}
    parents = {parent for name in met for parent in known.parents(name)}
    return _Detail(
        core=tuple(name for name in met if own[name]),
        meant=tuple(name for name in met if not own[name] and name in needed),
        aside=tuple(name for name in met if not own[name] and name not in needed),
        lacking=tuple(name for name in facts.asked if name not in met and name not in implied),
        others=tuple(name for name in own if own[name] and name not in met and name not in parents),
        any_at_all=bool(own),
    )


def skills_relaxed_in_words(made: Relaxation, asked: Criteria, words: Words) -> str:
    """What a relaxation asks of skills instead, a phrase."""
    before, after, value = asked.skills, made.criteria.skills, str(made.value)
    if made.step == "accept":
        return words.say("with skills that are only mentioned")
    if made.step in ("fewer", "either"):
        some = listed(after.any, words, either=True)
        if after.at_least == 1:
            return words.say("with any one of {skills}", skills=some)
        return words.say("with at least {count} of {skills}", count=after.at_least, skills=some)
    if made.criterion == "skills.none":
        names = [value] if made.step == "drop" else before.none
        return words.say("without excluding {skills}", skills=listed(names, words, either=True))
    if made.step == "drop":
        return words.say("without needing {skills}", skills=value)
    if made.criterion == "skills.all":
        return words.say("without needing {skills}", skills=listed(before.all, words))
    some = listed(before.any, words, either=True)
    if before.at_least == 1:
        return words.say("without needing {skills}", skills=some)
    return words.say("without needing {count} of {skills}", count=before.at_least, skills=some)


def _implies(implied: str, by: str, facts: AnyFacts, words: Words, involved: Collection[str]) -> str:
    if by in facts.by_core:
        return words.say("asks for {skill}, which implies {implied}", skill=by, implied=implied)
    if by in facts.wanted and by in involved:
        return words.say("involves {skill}, which implies {implied}", skill=by, implied=implied)
    if by in facts.wanted:
        return words.say("would like {skill}, which implies {implied}", skill=by, implied=implied)
    return words.say("mentions {skill}, which implies {implied}", skill=by, implied=implied)


def _meant(
    names: Sequence[str], core: Collection[str], wanted: Collection[str], words: Words, involved: Collection[str]
) -> list[str]:
    """A posting asks for its core skills; others it would like, or takes, or, which is less, only mentions."""
    asked, used = (
        [name for name in names if name in core],
        [name for name in names if name in wanted and name in involved],
    )
    liked = [name for name in names if name in wanted and name not in involved]
    aside = [name for name in names if name not in core and name not in wanted]
    said = [words.say("asks for {skills}", skills=listed(asked, words))] if asked else []
    said += [words.say("would like {skills}", skills=listed(liked, words))] if liked else []
    said += [words.say("involves {skills}", skills=listed(used, words))] if used else []
    return said + ([words.say("mentions {skills}", skills=listed(aside, words))] if aside else [])


def _detailed(names: Iterable[str], words: Words) -> str:
    return listed(names, words, most=_MOST_DETAILED)
