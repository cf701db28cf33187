"""Whether two postings are the same job, told from the postings alone."""

import re
from functools import cache, lru_cache
from typing import Final

import numpy as np
from rensa import RMinHash

from schemas.codec import digest_of
from schemas.posting import Cluster, Reach
from services.rules.places import canonical_place, find_places
from services.rules.text import fold, words

PERMUTATIONS: Final = 32
"""The standard error of a likeness is then at most 0.09, and 0.05 at 0.9."""
LEAST_WORDS: Final = 40
"""A shorter text says too little of its own: `apply on our website` is not one job."""
SAME_KEY_LIKENESS: Final = 0.5
"""From here on, equal keys are the same job: agencies and boards cut and reword."""
SAME_TEXT_LIKENESS: Final = 0.9
"""From here on, the text says so under the same title, whatever company and reach stand over it."""

_SEED: Final = 20_260_801
_SHINGLE: Final = 3
_LANE: Final = np.dtype("<u2")
"""The low 16 bits of each hash are kept (b-bit MinHash, Li and König 2010): chance agreement is 1 in 65,536."""


def signature_of(text: str) -> str:
    """MinHash over a text's three-word shingles: 128 hexadecimal digits; empty below `LEAST_WORDS` words."""
    found = words(text)
    if len(found) < LEAST_WORDS:
        return ""
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update([" ".join(found[at : at + _SHINGLE]) for at in range(len(found) - _SHINGLE + 1)])
    low = np.array(sketch.digest(), dtype=np.uint32).astype(_LANE)
    return low.tobytes().hex()


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


def fold_company(name: str) -> str:
    """A company's name without case, accents, punctuation and legal form: `Müller & Söhne GmbH` is `muller sohne`."""
    found = words(name.replace("&", " "))
    while size := _legal_form_at_end(found):
        found = found[:-size]
    return " ".join(found) or fold(name)


_GENDERS: Final = re.compile(
    r"[(\[{]?\s*\b(?:all genders|alle geschlechter|gn|[mfwdxhivn](?:\s*[/|*,]\s*[mfwdxhivna](?:ll)?){1,4})\b\s*[)\]}]?"
    r"|(?<=\w)[*:_/](?:in|innen|r|e)\b"
)
_NOT_WORK: Final = """
    remote hybrid onsite on site office home based fully first friendly work from anywhere worldwide within across
    or and in the only
"""
_TAIL: Final = re.compile(
    r"^(?P<head>.+?)\s*(?:\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\]|\s[-|@,\u2013\u2014]\s*(?P<rest>[^-|@\u2013\u2014]+)|[,|]\s*(?P<after>[^,|]+))\s*$"
)
_LEVELS: Final = {"sr": "senior", "jr": "junior", "snr": "senior"}


def _is_place(text: str) -> bool:
    """Whether a title's tail says only where: places and words of the workplace, nothing of the work."""
    if not text.strip():
        return True
    if canonical_place(text) is not None:
        return True
    rest = text
    for found in reversed(find_places(text)):
        rest = rest[: found.start] + " " + rest[found.end :]
    return not set(words(rest)) - set(_NOT_WORK.split())


def fold_title(title: str) -> str:
    """A title without case, punctuation, `(m/f/d)` and the places or workplace at its end; its level stays."""
    bare = " ".join(_GENDERS.sub(" ", fold(title)).split())
    while (tail := _TAIL.match(bare)) and _is_place(next(part for part in tail.groups()[1:] if part is not None)):
        bare = tail["head"].strip(" ,-|")
    found = [_LEVELS.get(word, word) for word in words(bare)]
    return " ".join(found) or fold(title)


def cluster_key(company: str, title: str, reach: Reach) -> str:
    """Company, title and reach, each folded and hashed: three times eight hexadecimal digits, with hyphens between."""
    where = (sorted(set(codes)) for codes in (reach.countries, reach.subdivisions, reach.groups, reach.excluded))
    place = digest_of(reach.scope, *(",".join(codes) for codes in where))
    return "-".join(part[:8] for part in (digest_of(fold_company(company)), digest_of(fold_title(title)), place))


def _title_of(key: str) -> str | None:
    """The title's part of a key; None for a key of another make, which tells nothing of it."""
    parts = key.split("-")
    return parts[1] if len(parts) == 3 else None


def same_job(a: Cluster, b: Cluster) -> bool:
    """Whether two postings are the same job.

    Equal keys with texts that are alike, or where a text is too short to tell; or nearly equal texts under one title,
    as agencies repost them under other names and companies once a country. Not nearly equal texts alone: companies
    fill different jobs with one text (docs/adr/0009-nearly-equal-texts-need-one-title.md).
    """
    alike = likeness(a.signature, b.signature)
    titles = _title_of(a.key), _title_of(b.key)
    if alike >= SAME_TEXT_LIKENESS and (titles[0] == titles[1] or None in titles):
        return True
    untold = _lanes(a.signature) is None or _lanes(b.signature) is None
    return a.key == b.key and (untold or alike >= SAME_KEY_LIKENESS)
