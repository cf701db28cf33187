"""What spares looking for people's own words in each text must find what looking finds: nothing is passed over."""

from itertools import chain
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Skill
from services.notifier.domain.curation.chance import own_words
from services.notifier.domain.curation.chance.own_words import ENOUGH_KNOWN, avoided, is_sought, known, read, unsought
from services.notifier.domain.curation.chance.times_said import stands_in_capitals, times_said
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish, signs_of, wish_of
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import term_of
from tests.support.digests import posting, recipient

SAID = (
    "sales", "cold calling", "Go", "Excel", "PHP", "on-call", "door to door", "Krankenpfleger", "nurse", "Versicherung",
    "insurance", "registered nurse", "夜勤", "C++", "node.js", ".NET", "...", "night shifts", "Straße",
    "customer  support", "call", "crypto", "enterprise sales", "IT", "people management",
)  # fmt: skip
WORDS = (
    *SAID,
    "no",
    "keine",
    "of",
    "a",
    "job",
    "and",
    "Sales.",
    "-",
    "calling",
    "never",
    "blockchain",
    "Enterprise",
    "is",
    "not",
    "required",
    "it",
    "lead a team of five",
    "NFTs",
)
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
    said, ready = {term_of(one): one for one in reversed(knows) if term_of(one)}, PostingFeatures(of)
    enough = min(ENOUGH_KNOWN, len(said))
    return min(enough, sum(1 for term, one in said.items() if truly_named(term, one, ready))) / enough


def truly_named(term: str, written: str, ready: PostingFeatures) -> bool:
    """By its words, as a skill, or as a role by any of its titles in the text's language."""
    known, of = roles().vocabulary, ready.posting
    role = known.titles.get(tuple(word.stem for word in known.words(term)))
    titles = map(term_of, roles()[role].titles.get(of.language or "en", ()) if role else ())
    in_doubt = bool(read(term).is_in_doubt)
    short = len(written) < 4 and written.isupper() and written.isalpha()
    shown = not in_doubt and (not short or stands_in_capitals(written, of.title, of.description_text))
    times = times_said(term, ready.haystack.line, of.language) if shown else 0
    others = any(times_said(title, ready.haystack.line, of.language) > 0 for title in titles if term not in title)
    return times > 0 or others or (times == 0 and taxonomy().canonical(term) in ready.skills)


def truly_avoided(wish: Wish, of: PostingCore) -> tuple[float, tuple[str, ...]]:
    """Each thing held against a job that nobody looked at before."""
    own = (each for each in map(read, wish.avoids) if each.stems and not is_sought(each, wish.terms, wish.sought.stems))
    said = [unsought(each, wish.terms, wish.sought) for each in own]
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
