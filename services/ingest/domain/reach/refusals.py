"""What a sentence that refuses says of a place in it: whether those who are there are turned away, or all the others.

`Candidates from India will not be considered` turns India away; `applicants who are not based in the UK will not be
considered` turns away everybody else. So two things are looked for and held together: a refusal of people, before the
place or behind it, and a word beside the place that means its opposite (`outside`, `not based in`, `unless`). A refusal
whose bearing on the place is not understood makes it unclear: such a place is neither allowed nor ruled out.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from services.rules.lexicon.builder import any_of, composed, phrases_of
from services.rules.text import lowered

Stance = Literal["refused", "confirmed", "unclear"]
"""Those in the place are turned away; all the others are; or it cannot be told which."""

MOST_BEHIND: Final = 160
"""Characters of a sentence behind its places in which its verdict may stand."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Each is for text of one sentence in lower case; its words stand under `[refusal]` of each language."""

    before: re.Pattern[str]
    """A refusal before the place."""
    behind: re.Pattern[str]
    """A refusal right behind the places; `end` is its end."""
    behind_if: re.Pattern[str]
    """The same, where the places stand in a condition: `If you live in Peru, please do not apply`."""
    denied: re.Pattern[str]
    """A denied verb right behind the places, of whatever."""
    negated: re.Pattern[str]
    """A negation right behind the places, of whatever."""
    things: re.Pattern[str]
    opposite: re.Pattern[str]
    """Right before a phrase, what means everywhere else."""
    condition: re.Pattern[str]
    even_if: re.Pattern[str]
    need_not: re.Pattern[str]
    not_for: re.Pattern[str]
    contrast: re.Pattern[str]
    """Behind a refusal, what begins another statement."""
    must_not: re.Pattern[str]
    """Right before a phrase, what forbids: `cannot be` performed in."""
    qualified: re.Pattern[str]
    of_another: re.Pattern[str]
    """Behind a refusal, another place than those told; in the case of the text."""
    of_the_rest: re.Pattern[str]
    welcome: re.Pattern[str]
    obliges: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    negation = r"{not}(?!\s{only})"
    nobody = r"{none_of}\s(?:[\w-]+\s){0,2}?{people}|{nobody}"
    verdict = rf"{negation}(?:[\s,]+{{small}})*[\s,]+{{verb}}|{{framed}}|{nobody}|{{turned_away}}"
    parted = r"{not_parted}[^.!?;,\n]{0,30}{particle}\W*$|{apply_not}"
    # A comma that does not begin another clause: `Currently, candidates ...`.
    adverb = "|".join(f"(?<=[a-z]{{3}}{ending.removeprefix('*')})" for ending in phrases_of("denial.adverb"))
    comma = rf"(?:,\s(?={{behind_comma}})|(?:{adverb}),\s|(?:,|:|\s[–—-])\s(?={{polite}}))"
    lead = rf"(?:\s?\([^()\n]{{0,40}}\))?(?:(?:\s|{comma}){{to_verdict}})*(?:\s|{comma})"
    return _Patterns(
        before=_pattern(verdict),
        behind=_pattern(rf"{lead}(?:{verdict}|{parted})"),
        behind_if=_pattern(rf"[^.!?;\n]{{0,70}}?(?:{verdict}|{parted})"),
        denied=_pattern(rf"{lead}(?<!, ){{denied}}"),
        negated=_pattern(rf"{lead}(?<!, ){{not}}"),
        things=_pattern("{thing}"),
        opposite=_pattern(r"{opposite}\s(?:{opposite_small}\s){0,4}$"),
        condition=_pattern(r"{condition}\s|^\W*{condition_first}\s"),
        even_if=_pattern("{even_if}"),
        need_not=_pattern("{need_not}"),
        not_for=_pattern(r"{not_for}\s$"),
        contrast=_pattern("[,:] {contrast}|{contrast_and}"),
        must_not=_pattern(r"{must_not}(?:\s{must_not_small}){0,3}\s$"),
        qualified=_pattern(r"\s*,?\s*{qualified}"),
        of_another=re.compile(
            composed("refusal", r"\s*(?i:(?:{of_another} )?{in_another})\s+(?!(?i:{no_other}))\W?[A-Z]")
        ),
        of_the_rest=_pattern("{rest}"),
        welcome=_pattern("[^.,;]{0,30}{welcome}"),
        obliges=_pattern(r"{obliges}|{obliges_is}\s(?:\w+" + any_of("denial.adverb") + r"\s)?$"),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("refusal", template))


def stance_of(before: str, cue: str, behind: str, *, opposite: bool, leave: bool, subject: bool) -> Stance | None:
    """Tell how a sentence stands to places; None where it refuses nothing that touches them.

    `before`, `cue` and `behind` are the sentence up to the phrase that led to the places and that phrase, both in lower
    case, and what follows the last of them, as it is written. `opposite` says that the phrase itself means everywhere
    else, `leave` that it is leave to work, and `subject` that it speaks of people.
    """
    patterns = _patterns()
    turned = patterns.opposite.search(before)
    if turned and not leave and patterns.before.search(before + cue, turned.start()):
        turned = None  # `we do not hire in`: the phrase itself is what is refused
    head = before[: turned.start()] if turned else before + cue
    if patterns.even_if.search(before):
        return "unclear"
    verdict = verdict_behind(before, behind, subject=subject)
    if verdict is None and (
        _bears_on_rest(patterns.before, head) or (subject and patterns.not_for.search(head, 0, len(before)))
    ):
        verdict = "unclear" if patterns.things.search(head) else "refused"
    if verdict == "refused":
        return "confirmed" if opposite or turned else "refused"
    if verdict is not None or _bears_on_rest(patterns.need_not, before):
        return verdict or "unclear"
    if patterns.must_not.search(before):
        return "confirmed" if opposite else "refused"
    return None


def _bears_on_rest(pattern: re.Pattern[str], head: str) -> bool:
    """Whether words of a sentence bear on what stands behind it."""
    return any(not _patterns().contrast.search(head, refusal.end()) for refusal in pattern.finditer(head))


def is_of_things(before: str) -> bool:
    """Whether a sentence up to its refusal speaks of what is no person: `visa sponsorship is not available in`."""
    return bool(_patterns().things.search(before))


def verdict_behind(before: str, behind: str, *, subject: bool) -> Stance | None:
    """Tell what a sentence says, behind places, of those who are there; the arguments are those of `stance_of`."""
    patterns, said = _patterns(), lowered(behind)
    conditional = bool(patterns.condition.search(before))
    obliges = bool(patterns.obliges.search(before))
    refusal = (patterns.behind_if if conditional else patterns.behind).match(said)
    if refusal and (conditional or not (obliges and "," in refusal[0])):
        if patterns.of_the_rest.search(refusal[0]):
            return "confirmed"
        if patterns.of_another.match(behind, refusal.end()):
            return None
        qualified = patterns.qualified.match(said, refusal.end()) or patterns.things.search(refusal[0])
        return "unclear" if qualified else "refused"
    if (patterns.negated if subject else patterns.denied).match(said):
        return "unclear"
    if (
        subject
        and not obliges
        and not patterns.welcome.match(said)
        and any(_touches(behind, refusal) for refusal in patterns.before.finditer(said))
    ):
        return "unclear"
    return None


def _touches(behind: str, refusal: re.Match[str]) -> bool:
    """Whether a refusal further on may be of those in the places: it names neither others nor a place of its own."""
    patterns = _patterns()
    names_others = patterns.of_the_rest.search(refusal.string, 0, refusal.end())
    return not names_others and not patterns.of_another.match(behind, refusal.end())
