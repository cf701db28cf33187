"""Whether a text says that anybody anywhere may apply: plainly, or as a slogan, which counts where nothing else is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.posting import Evidence
from services.ingest.domain.findings import quote
from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.words import FOR_A_WHILE, LIMITED_BEHIND, NEGATED
from services.ingest.domain.text.sections import ABOUT_US, Document

_BEFORE, _BEHIND = 80, 60
_HIRES = re.compile(
    r"\b(?:we|to|currently|are|also|and|can|team) (?:\w+ )?(?:hire|hires|recruit|recruits|employ|employs|hiring"
    r"|recruiting)\b[^.\n]{0,40}$"
    r"|\b(?:hiring|recruiting|hire) (?:\w+ ){0,3}$"
    r"|\b(?:open to|welcom\w*|accept\w*|consider\w*|seeking|looking for)\b[^.\n]{0,45}\b(?:applicants?|applications?"
    r"|candidates?|talent"
    r"|people|anyone|engineers?|developers?|individuals?|professionals?|experts)\b[^.\n]{0,25}$"
    r"|\b(?:applicants?|applications|candidates?)\b[^.\n]{0,30}$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:role|position|job|opportunity|contract|candidates?|applicants?)\b[^.\n]{0,60}?\b(?:performed|executed"
    r"|done|based|located"
    r"|filled|live|work|working|open|available|remote|remotely|from|reside)\b[^.\n]{0,30}$"
    r"|\b(?:role|position|job) is\b[^.\n]{0,30}$",
    re.IGNORECASE,
)
_SLOGAN = re.compile(
    r"\b(?:work\w*|live|based|remote(?:ly)?|travail\w*|trabaj\w*|trabalh\w*|arbeite\w*|lavora\w*|werk|werken|prac\w+"
    r"|remot[oa]|à distance|télétravail|teletrabajo|teletrabalho|zdaln\w+|thuiswerk\w*)[\s\w,-]{0,18}$"
    r"|(?:^|\n)[\W_]*(?:job |work )?(?:location|standort|lieu|ubicación|localização)\W{1,4}(?:remote\W{1,4})?$"
    r"|\bremote\W{1,4}$",
    re.IGNORECASE,
)
_NOT_PEOPLE = re.compile(
    r"\b(?:teams?|customers?|clients?|users?|offices?|partners?|business(?:es)?|compan(?:y|ies)|countries|markets?"
    r"|millions?|leaders?"
    r"|brands?|stakeholders|colleagues|members|students|distributed|products?|services?|platform|operat\w+|trusted"
    r"|used|sold|impact\w*"
    r"|offers?|present|employees|schools|scale|travel|trip|ship\w*|deliver\w*|transact\w*|send\w*|payments?"
    r"|access\w*|data)\b[^.\n]{0,35}$",
    re.IGNORECASE,
)
_PLACE_BEHIND = re.compile(
    r"\s*,?\s*\(?(?:(?:with)?in|across|inside|throughout|on the)\s(?!the (?:world|planet|globe)\b|time ?zone)"
    r"|\s+(?:(?:from|between)\s)?\(?(?:UTC|GMT)\b|\s+between\b"
    r"|\s+(?:distributed|dispersed"
    r"|recogni[sz]ed|known|remote team|leading|scale)|[- ](?:else|near)",
    re.IGNORECASE,
)

_LEAVES_OUT = re.compile(
    r"[\s,(–—-]{1,3}(?:except|excluding|apart from|aside from|other than|with the exception|außer|sauf|hormis|excepto"
    r"|salvo|exceto|eccetto|tranne|behalve)\b",
    re.IGNORECASE,
)
"""`Worldwide, except Iran`: only who may apply has exceptions."""


@dataclass(frozen=True, slots=True)
class Wide:
    """What a text says on applicants from anywhere."""

    plain: Evidence | None = None
    """Who may apply: anybody."""
    slogan: Evidence | None = None
    """Work from anywhere."""


def read_wide(document: Document, cues: Iterable[Cue]) -> Wide:
    """Judge the words that may mean anywhere by what stands around them."""
    slogan: Evidence | None = None
    text = document.text
    for cue in cues:
        if _PLACE_BEHIND.match(text, cue.end) or LIMITED_BEHIND.match(text, cue.end):
            continue
        before = _clause(text[max(0, cue.start - _BEFORE) : cue.start])
        if NEGATED.search(before) or FOR_A_WHILE.search(before):
            continue
        found = quote("text", text, cue.start, cue.end)
        left_out = not before.strip() and _LEAVES_OUT.match(text, cue.end)
        if left_out or _HIRES.search(before) or document.lowered.startswith("no ", cue.start):
            return Wide(found, slogan)
        if _NOT_PEOPLE.search(before):
            continue
        if _ROLE.search(before) and document.kind_at(cue.start) not in ABOUT_US:
            return Wide(found, slogan)
        if slogan is None and _SLOGAN.search(before):
            slogan = found
    return Wide(None, slogan)


def _clause(before: str) -> str:
    for mark in (". ", "! ", "? ", "; ", "\n", "• "):
        before = before.rpartition(mark)[2]
    return before
