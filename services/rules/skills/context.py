"""What stands around a name: whether it is meant as a skill, where it is a common word; what shares a word with it.

The words and the list around it decide whether it is. Of "unit, load and regression testing" all three are skills.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Literal, NamedTuple

from services.rules.lexicon.builder import any_of, phrases_of
from services.rules.skills.text import is_currency
from services.rules.text import lowered

SkillKind = Literal["tool", "term", "method", "field", "broad", "language"]
"""tool: a named product, programming language, standard or certificate. term: a practice by its term of art ("CI/CD",
"upselling"), hardly ever said in passing. method: a practice or field in its own words.
field: a word that counts where a text asks for experience in it ("Accounting"). broad: a word that any text may hold
("Security"), which says something in a title only. language: a human language, asked for."""

_REACH = 48
"""Characters on either side of a mention that count as around it."""

_LANGUAGE_REACH, _OTHERS_REACH = 90, 24

_LONGEST_JOINT = 8
"""Characters before a mention that tell whether an item of a list begins with it."""

LANGUAGE = "language"
"""The cue of human languages; its rules are in this module."""

_LONGEST_TITLE = 150
"""Characters of a text that may be a job's title."""

_PRACTICES = frozenset({"term", "method", "field"})
_LIST_REACH = 80
"""Characters on either side of a mention in which a list is looked for."""
_LIST_ENDS = re.compile(r"[.;:()\n!?•|]")
_SIGNS = (",", "/", "&")
_WORD = re.compile(r"[\w'+#-]+")
_MOST_WORDS = 2
"""Words that an item of a list may have beside the shared one."""

_REMARK = re.compile(r" \(|: ?\d|\s?[-–] ?\d")
_ENDS_ITEM = re.compile(r"[ \t]*(?:[\n,;/|(•·]|$)")


class _Around(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[joint]` and `[skill]`."""

    gap: re.Pattern[str]
    """What stands between two items, with at most one item that is not known."""
    item_begins: re.Pattern[str]
    item_ends: re.Pattern[str]
    team: re.Pattern[str]
    """Behind a field of work these make it a neighbour's: "with our customer success team"."""


@cache
def _around() -> _Around:
    joint, above_all = any_of("joint.and", "joint.or"), any_of("joint.and", "joint.or", "joint.above_all")
    return _Around(
        gap=re.compile(
            rf"\s*(?:[,/;|•·&+(]|{above_all}|\n)(?:[\s*•·&(-]|{above_all}\s)*"
            rf"(?:[\w.+#/ -]{{1,24}},\s*(?:{joint}\s)?)?",
            re.IGNORECASE,
        ),
        item_begins=re.compile(rf"(?:[,/;|•·&+(:\n]|{joint}|^)[\s*-]*$", re.IGNORECASE),
        item_ends=re.compile(rf"\s*(?:[,/;|•·&+)\n]|[.!?](?:\s|$)|\(|{joint}|$)", re.IGNORECASE),
        team=re.compile(f" {any_of('skill.team')}", re.IGNORECASE),
    )


class Mention(NamedTuple):
    """A skill in a text: `text[start:end]`, in the words of the text."""

    name: str
    start: int
    end: int
    text: str
    kind: SkillKind
    cue: str | None = None
    """The rule that must believe it; None is certain."""


class Cues:
    """Compiled rules: what may stand right before or right after a name for it to be a skill."""

    def __init__(self, rules: Mapping[str, Mapping[str, str]]) -> None:
        self._before = {name: re.compile(rf"(?:{rule['before']})\s?$", re.IGNORECASE) for name, rule in rules.items()}
        self._after = {name: re.compile(rf"^\s?(?:{rule['after']})", re.IGNORECASE) for name, rule in rules.items()}
        self._lists = {name: rule.get("lists", "any") for name, rule in rules.items()}

    def listable(self, text: str, candidate: Mention) -> bool:
        """Whether a list may vouch for the candidate: as its rule says, always, as a whole item alone, or never."""
        lists = self._lists.get(candidate.cue or "", "any")
        if lists != "item":
            return lists == "any"
        return bool(
            _around().item_begins.search(text[max(0, candidate.start - _LONGEST_JOINT) : candidate.start])
            and _around().item_ends.match(text, candidate.end)
        )

    def around(self, rule: str, text: str, start: int, end: int) -> bool:
        """Whether the words next to `text[start:end]` are the rule's."""
        if self._before[rule].search(text[max(0, start - _REACH) : start]):
            return True
        # "skills (Go)", but not "(C)", which is a copyright sign.
        if end - start > 1 and text[max(0, start - 2) : start] == " (" and text[end : end + 1] == ")":
            return True
        return bool(self._after[rule].search(text[end : end + _REACH]))


def believable(text: str, candidates: Sequence[Mention], cues: Cues) -> list[Mention]:
    """The candidates that are certain, cued, alone in the text, or in one list with a tool that is believed."""
    believed = [
        candidate.cue is None
        or (candidate.kind != "language" and (_alone(text, candidate) or _heads_item(text, candidate)))
        or _cued(text, candidate, cues)
        for candidate in candidates
    ]
    doubted = [i for i, yes in enumerate(believed) if not yes and _is_listable(text, candidates[i], cues)]
    for i in [i for i in doubted if _is_vouched_for(text, candidates, i, cues)]:
        believed[i] = True
    # Belief runs along a list in both directions: "Python, Go, R" and "R, Go, Python".
    for step, order in ((-1, doubted), (1, reversed(doubted))):
        for i in order:
            other = i + step
            if (
                not believed[i]
                and 0 <= other < len(candidates)
                and believed[other]
                and _listed(text, candidates[i], candidates[other])
            ):
                believed[i] = True
    titled = is_title(text)
    return [
        candidate
        for candidate, yes in zip(candidates, believed, strict=True)
        if yes
        and not is_currency(text, candidate.start, candidate.end)
        and (
            titled or candidate.kind not in ("term", "method", "broad") or not _around().team.match(text, candidate.end)
        )
    ]


def is_title(text: str) -> bool:
    """Whether a text is short enough to be a job's title, in which teams and roles are the job itself."""
    return len(text) <= _LONGEST_TITLE and "\n" not in text


def _is_listable(text: str, candidate: Mention, cues: Cues) -> bool:
    return candidate.cue is None or cues.listable(text, candidate)


def _is_vouched_for(text: str, candidates: Sequence[Mention], i: int, cues: Cues) -> bool:
    """Tools in one list vouch for each other: "Excel and Word", "C, Go, R"."""
    return candidates[i].kind == "tool" and any(
        _is_listable(text, other, cues) and _listed(text, candidates[i], other)
        for other in (*candidates[max(0, i - 1) : i], *candidates[i + 1 : i + 2])
    )


def _alone(text: str, candidate: Mention) -> bool:
    return len(text) < 40 and text.strip() == text[candidate.start : candidate.end]


def _heads_item(text: str, candidate: Mention) -> bool:
    """ "• Ruby (5+ years, expert)": the first word of an item, with a remark in brackets."""
    before = text[max(0, candidate.start - 2) : candidate.start]
    return before in ("• ", "- ", "* ") and bool(_REMARK.match(text, candidate.end))


def _cued(text: str, candidate: Mention, cues: Cues) -> bool:
    if candidate.cue is None:
        return True
    if candidate.kind != "language":
        return cues.around(candidate.cue, text, candidate.start, candidate.end)
    return _asked_for(text, candidate)


def _listed(text: str, candidate: Mention, neighbour: Mention) -> bool:
    if candidate.kind != neighbour.kind or candidate.kind not in ("tool", "language"):
        return False
    first, second = (candidate, neighbour) if candidate.start <= neighbour.start else (neighbour, candidate)
    gap = text[first.end : second.start]
    if "\n" in gap and not _ENDS_ITEM.match(text, second.end):
        return False  # the next line begins a sentence: "- Docker\n- Make our builds faster"
    return len(gap) <= _REACH and bool(_around().gap.fullmatch(gap))


class _OfLanguage(NamedTuple):
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[mastery]`."""

    asks: re.Pattern[str]
    how_well: re.Pattern[str]
    weighed: re.Pattern[str]
    in_title_before: re.Pattern[str]
    """In the case of the text."""
    of_others: re.Pattern[str]


@cache
def _of_language() -> _OfLanguage:
    joint = any_of("joint.and", "joint.or", "spoken.title_with")
    return _OfLanguage(
        asks=re.compile(rf"{any_of('mastery.asks')}|\b[abc][12]\b"),
        how_well=re.compile(rf"{any_of('mastery.how_well')}(?: \w+)?\s$"),
        weighed=re.compile(rf"^[^.!?\n;]{{0,30}}{any_of('mastery.weighed')}"),
        in_title_before=re.compile(rf"[-–—,(|/&]\s*$|{joint}\s$"),
        of_others=re.compile(rf"^[\s-]*{any_of('mastery.of_others', whole=False)}"),
    )


_CLAUSE_END = re.compile(r"[.!?\n;]\s?")


def _asked_for(text: str, candidate: Mention) -> bool:
    """A human language counts where its clause speaks of mastering it, and it does not qualify a market or a team."""
    known = _of_language()
    behind = lowered(text[candidate.end : candidate.end + _LANGUAGE_REACH])
    if known.of_others.search(behind, 0, _OTHERS_REACH):
        return False
    clause = _CLAUSE_END.split(text[max(0, candidate.start - _LANGUAGE_REACH) : candidate.start])[-1]
    before = lowered(clause)
    if known.how_well.search(before) or known.weighed.search(behind):
        return True
    if is_title(text) and known.in_title_before.search(clause):
        return True
    return bool(known.asks.search(before) or known.asks.search(_CLAUSE_END.split(behind, maxsplit=1)[0]))


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
            before = text[max(floor, mention.start - _LIST_REACH) : mention.start]
            added += _sharing_last_word(text, mention, before, names, kinds)
        if joints.behind.match(text, mention.end):
            behind = text[mention.end : min(ceiling, mention.end + _LIST_REACH)]
            added += _sharing_first_word(text, mention, behind, names, kinds)
    return sorted([*found, *added], key=lambda c: c.start) if added else list(found)


def _sharing_last_word(
    text: str, mention: Mention, before: str, names: Mapping[str, str], kinds: Mapping[str, SkillKind]
) -> list[Mention]:
    head = mention.text.rsplit(" ", 1)[-1]
    clause = _LIST_ENDS.split(before)[-1]
    at = mention.start - len(clause)
    items = list(_items_of(clause))[:-1]
    added: list[Mention] = []
    for start, end in reversed(items):
        words = list(_WORD.finditer(clause, start, end))
        taken = None
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            begin = words[-count].start()
            taken = _practice_called(f"{clause[begin:end]} {head}", names, kinds)
            if taken:
                start, stop = at + begin, at + words[-1].end()
                added.append(Mention(taken, start, stop, text[start:stop], kinds[taken]))
                break
        if not taken or len(words) > count:
            break
    return added


def _sharing_first_word(
    text: str, mention: Mention, behind: str, names: Mapping[str, str], kinds: Mapping[str, SkillKind]
) -> list[Mention]:
    first = mention.text.split(" ", 1)[0]
    manages = mention.text.casefold().endswith(" management")
    clause = _LIST_ENDS.split(behind, maxsplit=1)[0]
    added: list[Mention] = []
    for start, end in islice(_items_of(clause), 1, None):
        word = _WORD.match(clause, start, end)
        taken = word and _practice_called(f"{first} {word.group()}", names, kinds)
        # "Product management and marketing" names two trades, and no product marketing.
        if not word or not taken or (manages and word.group().casefold() in names):
            break
        begin, stop = mention.end + word.start(), mention.end + word.end()
        added.append(Mention(taken, begin, stop, text[begin:stop], kinds[taken]))
        if word.end() < end:
            break
    return added


def _items_of(clause: str) -> Iterator[tuple[int, int]]:
    """The stretches between separators, as start and end; the last is empty where the clause ends with one."""
    start = 0
    for separator in _joints().separator.finditer(clause):
        yield start, max(start, len(clause[: separator.start()].rstrip()))
        start = separator.end()
    yield start, len(clause)


def _practice_called(written: str, names: Mapping[str, str], kinds: Mapping[str, SkillKind]) -> str | None:
    name = names.get(" ".join(written.casefold().replace("-", " ").split()))
    return name if name and kinds[name] in _PRACTICES else None
