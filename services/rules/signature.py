"""Whether two postings are the same job, told from the postings alone."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from struct import Struct
from typing import Final

import numpy as np
from rensa import RMinHash

from schemas.codec import digest_of
from schemas.posting import Cluster, Reach
from services.rules.seat import Seat
from services.rules.text import fold, folded_word, words
from services.rules.titles import fold_title

PERMUTATIONS: Final = 32
"""The standard error of a likeness is then at most 0.09, and 0.05 at 0.9."""
LEAST_WORDS: Final = 40
"""A shorter text says too little of its own: `apply on our website` is not one job."""
SAME_KEY_LIKENESS: Final = 0.5
"""From here on, equal keys are the same job: agencies and boards cut and reword."""
SAME_TEXT_LIKENESS: Final = 0.9
"""From here on, the text says so under the same title, whatever company and reach stand over it."""
SAME_REMOTE_LIKENESS: Final = 0.7
"""From here on, remote postings of one title differ by what they say of each country."""

_SEED: Final = 20_260_801
_LANE: Final = np.dtype("<u2")
"""The low 16 bits of each hash are kept (b-bit MinHash, Li and König 2010): chance agreement is 1 in 65,536."""
_LANES: Final = Struct(f"<{PERMUTATIONS}H")

_MARKS: Final = re.compile(
    "[\u00a0\u00ab\u00b7\u00bb\u200b\u2010-\u2015\u2018-\u201e\u2022\u2026\u2028\u2029\u202f\U0001f300-\U0001faff]+"
)
"""What only separates words; without it most texts are ASCII."""
_USUAL_MARKS: Final = "\u2019\u2022\u2013\u2014\u00a0\u201c\u201d"
"""Those that most texts hold, one after the other replaced in half the time."""
_SPACED: Final = bytes(code if chr(code).isalnum() else 32 for code in bytes(range(128)).lower()) + bytes(128)
_SIGNS: Final = str.maketrans("#+.", "   ")


def _words(text: str) -> list[str]:
    # A tenth of the time of `words`, from which it differs in `c++`, `c#` and `.net`: signs separate words here.
    if text.isascii():
        return text.encode().translate(_SPACED).decode().split()
    # Folding does not look beyond white space; most texts have few words with letters outside ASCII, and repeat them.
    folded = " ".join([piece if piece.isascii() else folded_word(piece) for piece in text.split()])
    if not folded.isascii() and any(letter.isalnum() for letter in set(folded) if letter > "\x7f"):
        return " ".join(words(text)).translate(_SIGNS).split()
    return folded.encode("ascii", "replace").translate(_SPACED).decode().split()


def signature_of(text: str) -> str:
    """MinHash over a text's three-word shingles: 128 hexadecimal digits; empty below `LEAST_WORDS` words."""
    for mark in _USUAL_MARKS:
        text = text.replace(mark, " ")
    found = _words(text if text.isascii() else _MARKS.sub(" ", text))
    if len(found) < LEAST_WORDS:
        return ""
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update([*map(" ".join, zip(found, found[1:], found[2:], strict=False))])
    return _LANES.pack(*(value & 0xFFFF for value in sketch.digest())).hex()


@lru_cache(maxsize=65_536)
def _lanes(signature: str) -> np.ndarray[tuple[int], np.dtype[np.uint16]] | None:
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        return None
    return np.frombuffer(raw, dtype=_LANE) if len(raw) == PERMUTATIONS * _LANE.itemsize else None


def likeness(a: str, b: str) -> float:
    """Estimate the Jaccard likeness of two texts from their signatures, 0 to 1; 0 where either is empty or foreign."""
    left, right = _lanes(a), _lanes(b)
    if left is None or right is None:
        return 0.0
    return float(np.count_nonzero(left == right)) / PERMUTATIONS


_LEGAL_FORMS: Final = """
    inc, incorporated, llc, l l c, ltd, limited, plc, p l c, corp, corporation, co, company, lp, llp, pbc,
    gmbh, g m b h, mbh, gmbh co kg, gmbh and co kg, ag, kg, ohg, ug, haftungsbeschrankt, se, kgaa, e v,
    sa, s a, sas, s a s, sasu, sarl, s a r l, spa, s p a, srl, s r l, sl, s l, slu, s l u, bv, b v, nv, n v,
    ab, as, a s, asa, aps, oy, oyj, sp z o o, spolka z o o, s r o, sro, kft, zrt, doo, d o o, ood, eood,
    ltda, eireli, s a de c v, sa de cv, sapi de cv, s de r l de c v, pty, pte, pvt, private, sdn bhd,
    kk, k k, pjsc, jsc, tov, ooo, fze, fz llc
"""


@cache
def _legal_forms() -> tuple[tuple[str, ...], ...]:
    """As folded words, the longest first."""
    return tuple(sorted((tuple(form.split()) for form in _LEGAL_FORMS.split(",")), key=len, reverse=True))


def _legal_form_at_end(found: list[str]) -> int:
    """How many words of a company's name are its legal form; never all of them."""
    sizes = (len(form) for form in _legal_forms() if tuple(found[-len(form) :]) == form)
    return next((size for size in sizes if size < len(found)), 0)


@lru_cache(maxsize=8_192)
def fold_company(name: str) -> str:
    """A company's name without case, accents, punctuation and legal form: `Müller & Söhne GmbH` is `muller sohne`."""
    found = words(name.replace("&", " "))
    while size := _legal_form_at_end(found):
        found = found[:-size]
    return " ".join(found) or fold(name)


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key tells; None where it is of another make, or older, and does not tell it."""

    company: str | None = None
    title: str | None = None
    reach: str | None = None
    seat: Seat = field(default_factory=Seat)
    language: str = ""


def cluster_key(company: str, title: str, reach: Reach, seat: Seat | None = None, language: str | None = None) -> str:
    """Company, title, reach, seat and language, with hyphens between.

    The first three are folded and hashed, eight hexadecimal digits each; the last two may be empty.
    """
    where = (sorted(set(codes)) for codes in (reach.countries, reach.subdivisions, reach.groups, reach.excluded))
    place = digest_of(reach.scope, *(",".join(codes) for codes in where))
    hashed = (part[:8] for part in (digest_of(fold_company(company)), digest_of(fold_title(title)), place))
    return "-".join((*hashed, str(seat or ""), language or ""))


@lru_cache(maxsize=65_536)
def _parsed(key: str) -> _Key:
    parts = key.split("-")
    if len(parts) not in (3, 5):
        return _Key()
    company, title, reach, *rest = parts
    return _Key(company, title, reach, *((Seat.of(rest[0]), rest[1]) if rest else ()))


def candidates_key(key: str) -> str:
    """What the keys have in common of postings that may be one job though their texts are not nearly equal."""
    return "-".join(key.split("-")[1:2]) or key


def same_job(a: Cluster, b: Cluster) -> bool:
    """Whether two postings are the same job: one vacancy, also advertised once a country or through an agency.

    Never where one would have to be in two places at once, nor under two titles, however alike the texts: companies
    fill different jobs with one text (docs/adr/0009-nearly-equal-texts-need-one-title.md). Under one title, in order:

    * nearly equal texts are one job, whoever posts it and wherever it is advertised;
    * texts that are alike are one job in one town, and those of one company with one reach: boards and agencies reword;
    * remote postings with texts rather alike are one job: they differ by what they say of each country;
    * of one company in one town, texts in two languages are one advertisement and its translation.

    A text that is too short to tell leaves it to company, title and reach.
    """
    first, second = _parsed(a.key), _parsed(b.key)
    if first.title != second.title and first.title and second.title:
        return False
    if first.seat.excludes(second.seat):
        return False
    untold = _lanes(a.signature) is None or _lanes(b.signature) is None
    alike = likeness(a.signature, b.signature)
    if alike >= SAME_TEXT_LIKENESS:
        return True
    if first.title is None or second.title is None:
        return a.key == b.key and (untold or alike >= SAME_KEY_LIKENESS)
    same_company = first.company == second.company
    if same_company and first.reach == second.reach and (untold or alike >= SAME_KEY_LIKENESS):
        return True
    if first.seat.shares_a_town(second.seat):
        translated = same_company and bool(first.language and second.language and first.language != second.language)
        return translated or alike >= SAME_KEY_LIKENESS
    return first.seat.remote and second.seat.remote and alike >= SAME_REMOTE_LIKENESS


def same_but_for_title(a: Cluster, b: Cluster) -> bool:
    """Whether keys differ in their title at most, and the texts in nothing that their signatures tell."""
    parts, others = a.key.split("-"), b.key.split("-")
    equal = parts[:1] == others[:1] and parts[2:] == others[2:]
    return equal and len(parts) == len(others) == 5 and a.signature == b.signature != ""
