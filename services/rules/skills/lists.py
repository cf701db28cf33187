"""Skills that share a word in a list: "unit, load and regression testing", "contract drafting and negotiation"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from services.rules.lexicon.builder import any_of, phrases_of
from services.rules.skills.context import Mention, SkillKind

_PRACTICES = frozenset({"term", "method", "field"})
_REACH = 80
"""Characters on either side of a mention in which a list is looked for."""
_SIGNS = (",", "/", "&")
_CLAUSE_END = re.compile(r"[.;:()\n!?•|]")
_WORD = re.compile(r"[\w'+#-]+")
_MOST_WORDS = 2
"""Words that an item of a list may have beside the shared one."""


class _Joints(NamedTuple):
    """What joins the items of a list."""

    separator: re.Pattern[str]
    before: tuple[str, ...]
    """How a text before an item ends."""
    longest: int
    behind: re.Pattern[str]


@cache
def _joints() -> _Joints:
    words = dict.fromkeys(phrases_of("joint.and") + phrases_of("joint.or"))
    signs, joint = "".join(_SIGNS), any_of("joint.and", "joint.or")
    before = (*_SIGNS, *(f" {word}" for word in words))
    return _Joints(
        # The signs are written out ahead of everything else: a scan for a set of characters is what makes this cheap.
        separator=re.compile(
            rf"[{signs}{''.join({word[0] + word[0].upper() for word in words})}]"
            rf"(?:(?<=[{signs}])|(?<=\b\w)(?:{'|'.join(_rest_of(word) for word in words)})\b(?i:/{joint})?)\s*"
        ),
        before=before,
        longest=max(map(len, before)) + 1,
        behind=re.compile(rf"\s*(?:[{signs}]|{joint})", re.IGNORECASE),
    )


def _rest_of(word: str) -> str:
    """The pattern of a word behind its first letter, which is read already."""
    return rf"(?<=[{word[0]}{word[0].upper()}])(?i:{word[1:]})"


def with_shared_words(
    text: str, found: Sequence[Mention], names: Mapping[str, str], kinds: Mapping[str, SkillKind]
) -> list[Mention]:
    """Add the items beside each practice of several words that name a skill together with its last or first word.

    `names` maps folded spellings to canonical names. What is added never overlaps what was found.
    """
    added: list[Mention] = []
    for index, mention in enumerate(found):
        if mention.kind not in _PRACTICES or " " not in mention.text:
            continue
        floor = found[index - 1].end if index else 0
        ceiling = found[index + 1].start if index + 1 < len(found) else len(text)
        joints = _joints()
        if text[max(floor, mention.start - joints.longest) : mention.start].rstrip().lower().endswith(joints.before):
            before = text[max(floor, mention.start - _REACH) : mention.start]
            added += _before(text, mention, before, names, kinds)
        if joints.behind.match(text, mention.end):
            added += _behind(text, mention, text[mention.end : min(ceiling, mention.end + _REACH)], names, kinds)
    return sorted([*found, *added], key=lambda c: c.start) if added else list(found)


def _before(
    text: str, mention: Mention, before: str, names: Mapping[str, str], kinds: Mapping[str, SkillKind]
) -> list[Mention]:
    head = mention.text.rsplit(" ", 1)[-1]
    clause = _CLAUSE_END.split(before)[-1]
    at = mention.start - len(clause)
    items = list(_pieces(clause))[:-1]
    added: list[Mention] = []
    for start, end in reversed(items):
        words = list(_WORD.finditer(clause, start, end))
        taken = None
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            begin = words[-count].start()
            taken = _known(f"{clause[begin:end]} {head}", names, kinds)
            if taken:
                start, stop = at + begin, at + words[-1].end()
                added.append(Mention(taken, start, stop, text[start:stop], kinds[taken]))
                break
        if not taken or len(words) > count:
            break
    return added


def _behind(
    text: str, mention: Mention, behind: str, names: Mapping[str, str], kinds: Mapping[str, SkillKind]
) -> list[Mention]:
    first = mention.text.split(" ", 1)[0]
    manages = mention.text.casefold().endswith(" management")
    clause = _CLAUSE_END.split(behind, maxsplit=1)[0]
    added: list[Mention] = []
    for start, end in islice(_pieces(clause), 1, None):
        word = _WORD.match(clause, start, end)
        taken = word and _known(f"{first} {word.group()}", names, kinds)
        # "Product management and marketing" names two trades, and no product marketing.
        if not word or not taken or (manages and word.group().casefold() in names):
            break
        begin, stop = mention.end + word.start(), mention.end + word.end()
        added.append(Mention(taken, begin, stop, text[begin:stop], kinds[taken]))
        if word.end() < end:
            break
    return added


def _pieces(clause: str) -> Iterator[tuple[int, int]]:
    """The stretches between separators, as start and end; the last is empty where the clause ends with one."""
    start = 0
    for separator in _joints().separator.finditer(clause):
        yield start, max(start, len(clause[: separator.start()].rstrip()))
        start = separator.end()
    yield start, len(clause)


def _known(written: str, names: Mapping[str, str], kinds: Mapping[str, SkillKind]) -> str | None:
    name = names.get(" ".join(written.casefold().replace("-", " ").split()))
    return name if name and kinds[name] in _PRACTICES else None
