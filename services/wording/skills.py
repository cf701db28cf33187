"""What is said of skills."""

from collections.abc import Iterable, Iterator

from services.rules.criterion import Fit
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts, SkillDetail
from services.wording.lines import listed
from services.wording.words import Words

_MOST_DETAILED = 6
"""Skills that are named one by one beside a reason."""


def all_in_words(facts: AllFacts, words: Words) -> str:
    """Which are asked for and which are mentioned, else which are missing."""
    if not facts.missing:
        return _asks_for(facts.asked, facts.core, words)
    missing = listed(facts.missing, words, either=True)
    met = [name for name in facts.asked if name not in facts.missing]
    if not met:
        return words.say("does not ask for {skills}", skills=missing)
    return words.say("does not ask for {missing}, but for {skills}", missing=missing, skills=listed(met, words))


def any_in_words(facts: AnyFacts, fit: Fit, words: Words) -> str:
    """Those that are there, and what implies more of them where they are too few."""
    if fit == "yes":
        said = [_asks_for(facts.found, facts.core, words)] if facts.found else []
        lacking = max(facts.at_least - len(facts.found), 0)
        implied = zip(facts.implied[:lacking], facts.by, strict=False)
        return words.all_of([*said, *(_implies(name, by, by in facts.by_core, words) for name, by in implied)])
    met, asked = (*facts.found, *facts.implied), facts.asked
    if met:
        return words.say(
            "asks for only {count} of your {all} skills, {skills}; you want {wanted}",
            count=len(met),
            all=len(asked),
            skills=listed(met, words),
            wanted=facts.at_least,
        )
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


def skills_besides(detail: SkillDetail, facts: AllFacts | AnyFacts, words: Words) -> Iterator[str]:
    """What more there is to know of a posting's skills, a phrase each."""
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


def _implies(implied: str, by: str, core: bool, words: Words) -> str:
    if core:
        return words.say("asks for {skill}, which implies {implied}", skill=by, implied=implied)
    return words.say("mentions {skill}, which implies {implied}", skill=by, implied=implied)


def _asks_for(names: Iterable[str], core: Iterable[str], words: Words) -> str:
    """A posting asks for its core skills; others it only mentions, which is less."""
    asked, aside = listed(core, words), listed([name for name in names if name not in core], words)
    if not aside:
        return words.say("asks for {skills}", skills=asked)
    if not asked:
        return words.say("mentions {skills}", skills=aside)
    return words.say("asks for {skills} and mentions {others}", skills=asked, others=aside)


def _detailed(names: Iterable[str], words: Words) -> str:
    return listed(names, words, most=_MOST_DETAILED)
