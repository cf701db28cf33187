"""What spares looking for people's own words in each text must find what looking finds: nothing is passed over."""

from itertools import chain
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Skill
from services.notifier.domain.curation.chance import own_words
from services.notifier.domain.curation.chance.own_words import ENOUGH_KNOWN, avoided, is_sought, known, read
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish, signs_of, wish_of
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import term_of
from tests.support.digests import posting, recipient

SAID = (
    "sales", "cold calling", "Go", "Excel", "PHP", "on-call", "door to door", "Krankenpfleger", "nurse", "Versicherung",
    "insurance", "registered nurse", "夜勤", "C++", "node.js", ".NET", "...", "night shifts", "Straße",
    "customer  support", "call",
)  # fmt: skip
WORDS = (*SAID, "no", "keine", "of", "a", "job", "and", "Sales.", "-", "calling", "never")
SKILLS = ("Go", "PHP", "Sales", "Insurance", "Microsoft Excel", "C++", "Cold Calling")
OWN = st.lists(st.one_of(st.sampled_from(SAID), st.text(min_size=1, max_size=6)), max_size=8, unique=True).map(tuple)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
JOBS = st.builds(
    lambda title, text, roles, skills, language: posting(
        "one",
        title=title or "job",
        description_text=text,
        roles=roles,
        language=language,
        skills=tuple(Skill(name=name, strength=strength) for name, strength in skills.items()),
    ),
    st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
    TEXTS,
    st.sampled_from([(), ("nurse",), ("account-executive", "nurse"), ("backend-engineer",)]),
    st.dictionaries(st.sampled_from(SKILLS), st.sampled_from(["title", "required", "wanted", "passing", "employer"])),
    st.sampled_from(["en", "de", None]),
)
PEOPLE = st.lists(st.tuples(OWN, OWN, st.sampled_from(["Sales", "Go", "Nachtdienst", "On-call support"])), max_size=4)


def wish(knows: tuple[str, ...], avoids: tuple[str, ...], name: str) -> Wish:
    return wish_of(Criteria(text="call"), name, signs_of(recipient(knows=knows, avoids=avoids)))


def truly_known(knows: tuple[str, ...], of: PostingCore) -> float:
    """Each word looked for in the text itself."""
    terms, ready = dict.fromkeys(filter(None, map(term_of, knows))), PostingFeatures(of)
    enough = min(ENOUGH_KNOWN, len(terms))
    return min(enough, sum(1 for term in terms if truly_named(term, ready))) / enough


def truly_named(term: str, ready: PostingFeatures) -> bool:
    """By its words, as a skill, or as a role by any of its titles in the text's language."""
    known = roles().vocabulary
    role = known.titles.get(tuple(word.stem for word in known.words(term)))
    titles = roles()[role].titles.get(ready.posting.language or "en", ()) if role else ()
    says = ready.haystack.holds(term) and not read(term).is_in_doubt
    return says or taxonomy().canonical(term) in ready.skills or any(map(ready.haystack.holds, map(term_of, titles)))


def truly_avoided(wish: Wish, of: PostingCore) -> tuple[float, tuple[str, ...]]:
    """Each thing held against a job that nobody looked at before."""
    said = [each for each in map(read, wish.avoids) if each.stems and not is_sought(each, wish.terms, wish.said)]
    found = [(own_words.about(each, PostingFeatures(of)), each.words) for each in said]
    most = max((share for share, _ in found), default=0.0)
    return most, tuple(words for share, words in found if share == most > 0)


@given(JOBS, PEOPLE, st.integers(1, 4))
def test_what_is_found_of_own_words_is_what_is_found_where_each_is_looked_for(
    of: PostingCore, some: list[tuple[tuple[str, ...], tuple[str, ...], str]], most_kept: int
) -> None:
    ready = PostingFeatures(of)
    with patch.object(own_words, "_MOST_KEPT", most_kept):
        # Twice: whoever comes later finds what was looked up for others.
        for knows, avoids, name in chain(some, some):
            own = wish(knows, avoids, name)
            assert avoided(own, ready) == truly_avoided(own, of)
            if own.knows:
                assert known(own, ready) == truly_known(knows, of)
