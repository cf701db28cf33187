"""Why a posting fits, or does not, in the reader's language: from the typed facts of a verdict's reasons."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from schemas.posting import Evidence, PostingCore
from services.rules.criterion import Fit, Reason
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.language import LanguageFacts
from services.rules.criterion.near import NearFacts
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.role import OtherRoleFacts, RoleFacts
from services.rules.criterion.salary import SalaryFacts
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts, SkillDetail, skill_detail
from services.rules.criterion.text import TextFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.places.placing import WORLDWIDE
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import TextQuery
from services.rules.text import words as words_of_text
from services.rules.verdict import ClosedFacts, Verdict
from services.wording.amounts import pay_besides, pay_in_words
from services.wording.facets import facet_in_words
from services.wording.lines import decimal, language_in_words, listed, quoted
from services.wording.places import each_once, lies_in, places_listed, shares_ground, town_in_words
from services.wording.roles import any_role_in_words, other_role_in_words
from services.wording.words import Words

_MOST_EVIDENCE = 120
"""Characters of a quote."""


def in_words(reason: Reason, words: Words, *, brief: bool = False) -> str:
    """One clause without a subject: `asks for Python`, `hires only in Poland, not in Germany`.

    `brief`: without how far pay lies above a floor, which mails draw.
    """
    match reason.facts:
        case RoleFacts() as facts:
            return any_role_in_words(facts, reason.fit, words)
        case OtherRoleFacts() as facts:
            return other_role_in_words(facts, reason.fit, words)
        case AllFacts() as facts:
            return all_in_words(facts, words)
        case AnyFacts() as facts:
            return any_in_words(facts, reason.fit, words)
        case NoneFacts() as facts:
            return none_in_words(facts, words)
        case TextFacts() as facts:
            return _text(facts, words)
        case PlaceFacts() as facts:
            return _place(facts, words) if reason.fit == "yes" else _elsewhere(facts, words)
        case NearFacts() as facts:
            return _near(facts, reason.fit, words)
        case TimezoneFacts() as facts:
            return _timezone(facts, words)
        case SalaryFacts() as facts:
            return pay_in_words(facts, reason.fit, words, brief=brief)
        case FacetFacts() as facts:
            return facet_in_words(reason.criterion, reason.fit, facts, words)
        case LanguageFacts() as facts:
            return _language(facts, reason.fit, words)
        case ClosedFacts():
            return words.say("is closed")
        case _:
            raise ValueError(f"there are no words for {reason.criterion}")


def besides(reason: Reason, posting: PostingCore, words: Words) -> Iterator[str]:
    """What more there is to know of a reason than `in_words` says, a phrase each: `only mentioned: Go`."""
    match reason.facts:
        case AllFacts() | AnyFacts() as facts:
            yield from skills_besides(skill_detail(facts, posting), facts, words)
        case SalaryFacts() as facts:
            yield from pay_besides(facts, words)
        case _:
            return


def evidence_in_words(evidence: Evidence, words: Words) -> str:
    """What a posting says itself: `location: “Berlin”`, `by its title`; a quote from its text alone."""
    if evidence.source == "title":
        return words.say("by its title")
    quote = quoted(evidence.text, words, _MOST_EVIDENCE)
    return quote if evidence.source == "text" else f"{evidence.source}: {quote}"


def verdict_in_words(verdict: Verdict, words: Words) -> str:
    """`does not match: 2 of 5 criteria fail`."""
    if verdict.outcome == "match":
        return words.say("matches")
    if verdict.outcome == "near":
        return words.say("is a near miss")
    return words.count(
        "does not match: {count} of {all} criteria fails",
        "does not match: {count} of {all} criteria fail",
        sum(reason.fit == "no" for reason in verdict.reasons),
        all=len(verdict.reasons),
    )


def _text(facts: TextFacts, words: Words) -> str:
    if facts.missing:
        return words.say("does not say {terms}", terms=_quoted(facts.missing, words, either=True))
    if facts.present:
        return words.say("says {terms}, which you exclude", terms=_quoted(facts.present, words))
    if facts.said:
        return words.say("says {terms}", terms=_quoted(facts.said, words))
    return words.say("does not say {terms}", terms=_quoted(TextQuery.parse(facts.asked).excluded, words, either=True))


def _place(facts: PlaceFacts, words: Words) -> str:
    fits = facts.fits
    if not fits:
        return words.say("does not say where one may work from, which you accept")
    if facts.scope == "worldwide":
        if facts.asked == (WORLDWIDE,):
            return words.say("may be done from anywhere")
        return words.say("may be done from anywhere, {places} included", places=places_listed(fits, words))
    if named := [place for place in fits if place in facts.hires]:
        return words.say("hires in {places}", places=places_listed(named, words))
    hires = [place for place in each_once(facts.hires) if shares_ground(place, fits)]
    if all(map(partial(lies_in, others=fits), hires)):
        return words.say("hires in {places}", places=places_listed(hires, words))
    return words.say(
        "hires in {places}, which fits {wanted}", places=places_listed(hires, words), wanted=places_listed(fits, words)
    )


def _elsewhere(facts: PlaceFacts, words: Words) -> str:
    if facts.scope == "unknown":
        return words.say("does not say where one may work from")
    if facts.shut:
        return words.say("rules out {places}", places=places_listed(facts.shut, words))
    hires = places_listed(each_once(facts.hires), words) or words.say("places that it does not name")
    if facts.scope == "worldwide" or facts.asked == (WORLDWIDE,):
        return words.say("hires only in {places}, not worldwide", places=hires)
    wanted = places_listed(facts.asked, words, either=True)
    return words.say("hires only in {places}, not in {wanted}", places=hires, wanted=wanted)


def _near(facts: NearFacts, fit: Fit, words: Words) -> str:
    if facts.remote:
        return words.say("is remote, so that no town counts")
    if facts.town is None or facts.centre is None or facts.km is None or facts.within is None:
        return words.say("does not say in which town it is")
    town, centre, km = town_in_words(facts.town, words), town_in_words(facts.centre, words), round(facts.km)
    if facts.town == facts.centre:
        return words.say("is in {town}", town=town)
    if fit == "yes":
        return words.say("is in {town}, {km} km from {centre}", town=town, km=km, centre=centre)
    beyond = max(round(facts.km - facts.within), 1)
    return words.say(
        "is in {town}, {km} km from {centre} and {beyond} km beyond your {within} km",
        town=town,
        km=km,
        centre=centre,
        beyond=beyond,
        within=facts.within,
    )


def _timezone(facts: TimezoneFacts, words: Words) -> str:
    if facts.min is None or facts.max is None or facts.apart is None:
        return words.say("asks for no time zone")
    low, high, own = offset(facts.min), offset(facts.max), offset(facts.utc_offset)
    span = low if low == high else words.say("{low} to {high}", low=low, high=high)
    hours = decimal(facts.apart, words)
    if facts.beyond is not None and facts.tolerance:
        beyond = decimal(facts.beyond, words)
        return words.say(
            "wants {zones}, {hours} h from your {own} and {beyond} h beyond your tolerance",
            zones=span,
            hours=hours,
            own=own,
            beyond=beyond,
        )
    if facts.beyond is not None:
        return words.say("wants {zones}, {hours} h from your {own}", zones=span, hours=hours, own=own)
    if facts.apart == 0:
        return words.say("wants {zones}, which takes in your {own}", zones=span, own=own)
    within = decimal(facts.tolerance, words)
    return words.say("wants {zones}, within {hours} h of your {own}", zones=span, hours=within, own=own)


def _language(facts: LanguageFacts, fit: Fit, words: Words) -> str:
    if not facts.value:
        return words.say("is too short to tell its language")
    said = words.say("is written in {language}", language=language_in_words(facts.value, words))
    if fit == "yes":
        return said
    wanted = listed([language_in_words(code, words) for code in facts.asked], words, either=True)
    return words.say("{said}; you ask for {wanted}", said=said, wanted=wanted)


def _quoted(terms: Iterable[str], words: Words, *, either: bool = False) -> str:
    return listed([quoted(term, words) for term in terms], words, either=either)


def offset(hours: float) -> str:
    """`UTC+5:30`, `UTC−3`, `UTC+0`."""
    minutes = round(abs(hours) * 60)
    sign = "−" if hours < 0 else "+"
    whole, rest = divmod(minutes, 60)
    return f"UTC{sign}{whole}{f':{rest:02d}' if rest else ''}"


_MOST_DETAILED = 6
"""Skills that are named one by one beside a reason."""


def all_in_words(facts: AllFacts, words: Words) -> str:
    """Which are asked for and which are mentioned, else which are missing."""
    if not facts.missing:
        return _skills_met([facts], words)
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


def work_in_words(reasons: Sequence[Reason], words: Words, several: Collection[str] = ()) -> list[str]:
    """A clause each of why the work of a posting fits: its skills in one, and no word beside a skill of that name.

    `several`: those beside which the posting names others that will do as well.
    """
    met = [reason.facts for reason in reasons if isinstance(reason.facts, AllFacts | AnyFacts)]
    clauses = [_skills_met(met, words, several)] if met else []
    for reason in reasons:
        if isinstance(reason.facts, TextFacts) and met:
            said = [term for term in reason.facts.said if not any(map(partial(_names_skill, term), met))]
            clauses += [words.say("says {terms}", terms=_quoted(said, words))] if said else []
        elif not isinstance(reason.facts, AllFacts | AnyFacts):
            clauses.append(in_words(reason, words, brief=True))
    return clauses


def _names_skill(term: str, facts: AllFacts | AnyFacts) -> bool:
    """Whether a word says no more than the name of a skill that is met."""
    names = facts.asked if isinstance(facts, AllFacts) else (*facts.found, *facts.by)
    own = frozenset(words_of_text(term))
    return taxonomy().canonical(term) in names or any(own <= frozenset(words_of_text(name)) for name in names)


def _skills_met(met: Sequence[AllFacts | AnyFacts], words: Words, several: Collection[str] = ()) -> str:
    """`asks for Python and Go and would like Kafka`; then what implies more of them where they are too few."""
    names = dict.fromkeys(
        name for facts in met for name in (facts.asked if isinstance(facts, AllFacts) else facts.found)
    )
    core = {name for facts in met for name in facts.core}
    wanted = {name for facts in met for name in facts.wanted}
    either = [name for name in names if name in core and name in several]
    asked = [name for name in names if name not in either and not _is_in_another(name, names)]
    if either:
        like = words.say("{skills} or the like", skills=listed(either, words, either=True))
        asked, core = [*asked, like], {*core, like}
    said = _meant(asked, core, wanted, words)
    for facts in met:
        if isinstance(facts, AnyFacts):
            lacking = max(facts.at_least - len(facts.found), 0)
            said += [_implies(*pair, facts, words) for pair in zip(facts.implied[:lacking], facts.by, strict=False)]
    return words.all_of(said)


def _is_in_another(name: str, others: Iterable[str]) -> bool:
    """Whether another name holds the words of one: negotiation, beside contract negotiation."""
    own = frozenset(words_of_text(name))
    return any(own < frozenset(words_of_text(other)) for other in others)


def any_in_words(facts: AnyFacts, fit: Fit, words: Words) -> str:
    """Those that are there, and what implies more of them where they are too few."""
    if fit == "yes":
        return _skills_met([facts], words)
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


def _implies(implied: str, by: str, facts: AnyFacts, words: Words) -> str:
    if by in facts.by_core:
        return words.say("asks for {skill}, which implies {implied}", skill=by, implied=implied)
    if by in facts.wanted:
        return words.say("would like {skill}, which implies {implied}", skill=by, implied=implied)
    return words.say("mentions {skill}, which implies {implied}", skill=by, implied=implied)


def _meant(names: Iterable[str], core: Iterable[str], wanted: Iterable[str], words: Words) -> list[str]:
    """A posting asks for its core skills; others it would like or, which is less, only mentions."""
    asked, liked = [name for name in names if name in core], [name for name in names if name in wanted]
    aside = [name for name in names if name not in core and name not in wanted]
    said = [words.say("asks for {skills}", skills=listed(asked, words))] if asked else []
    said += [words.say("would like {skills}", skills=listed(liked, words))] if liked else []
    return said + ([words.say("mentions {skills}", skills=listed(aside, words))] if aside else [])


def _detailed(names: Iterable[str], words: Words) -> str:
    return listed(names, words, most=_MOST_DETAILED)
