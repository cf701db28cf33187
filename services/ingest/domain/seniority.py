"""The level: from the title, then an explicit statement, then the board's field."""

import re
from collections.abc import Sequence

from schemas.posting import Seniority
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document

# The first level in a title counts. Words that name a role and no level are left out: Account Executive, Product
# Manager, Staff Writer, Chief of Staff, Lead Generation, School Principal, Executive Assistant.
_MAKERS = (
    r"engineer|developer|scientist|designer|architect|researcher|programmer|product|sre|software|data"
    r"|security|machine|ml|ai"
)
_TEAM_MANAGERS = (
    r"engineering|development|software|qa|data|design|team|people|store|restaurant|shop|general|regional|area"
    r"|district"
    r"|branch|plant|department|practice"
)
_TITLE = re.compile(
    r"(?P<executive>\bchief\b(?! of staff)[^,|(\n]{0,40}\bofficer\b|\bc[eftmioprs]o\b|\bciso\b"
    r"|\bvice[- ]president\b|\bs?vp\b"
    r"|\bmanaging director\b|\bco-?founder\b|\bfounding ceo\b|(?<!vice )\bpresident\b|\bgeschäftsführ)"
    r"|(?P<director>\bdirector\b(?! of photography)|\bdirect(?:eur|rice)\b|\bdire[ck]tor\w*|\bhead of\b"
    r"|\bhead\b(?=,| -|$))"
    r"|(?P<manager>^\W*(?:senior |sr\.? )?manager\b(?:,| of| -| –| \W)|\b(?:senior|sr\.?|executive"
    r"|associate) manager\b"
    rf"|\b(?:{_TEAM_MANAGERS}) manager\b|\bteamleit|\bsupervisor\b)"
    r"|(?P<principal>(?<!school )\bprincipal\b)"
    rf"|(?P<staff>(?<!of )(?<!technical )\bstaff\b(?=[\w\s/+&-]{{0,40}}\b(?:{_MAKERS})))"
    r"|(?P<lead>\b(?:team|tech|technical)[- ]?lead\w*|\bleader\b|\blead\b(?! gen| qualif| nurtur| manage))"
    r"|(?P<intern>\bintern(?:ship)?s?\b|\bprakti(?:kum|kant)\w*|\bwerkstudent\w*|\bworking student\b|\bstagiaire\b"
    r"|\bbecari[oa]\b|\bestagi\w+|\bstaż\w*|\bco-op\b)"
    r"|(?P<mid>\bmid\b(?!-market| market)|\bmid[- ](?:level|senior)\b|\bmiddle\b|\bintermediate\b|\bmedior\b"
    r"|\bpleno\b|\bconfirmé|(?<=engineer )II\b|(?<=developer )II\b)"
    r"|(?P<senior>\bsenior\b|\bsr\b|\bsnr\b|\bs[êé]nior\b|\bstarsz[ya]\b|\bsemi[- ]?senior\b)"
    r"|(?P<junior>\bjunior\b|\bjr\b|\bjúnior\b|\bentry[- ]level\b|\(entry\)|\bgraduate\b|\bnew grad\b|\btrainee\b"
    r"|\bmłodsz[ya]\b"
    rf"|\bdébutant|^\W*associate (?=[\w\s/+&-]{{0,30}}\b(?:{_MAKERS}|analyst|consultant)))",
    re.IGNORECASE,
)
_GRADES = re.compile(
    r"\b(?:senior|sr\.?|associate|executive|regional|assistant)\s+(?:general\s+)?(?P<level>manager|director"
    r"|vice president|vp)\b",
    re.IGNORECASE,
)
"""`Senior Manager`, `Associate Director`: one grade of two words, named by the second."""
_GRADE_LEVELS: dict[str, Seniority] = {
    "manager": "manager",
    "director": "director",
    "vice president": "executive",
    "vp": "executive",
}
_WORDS = (
    r"intern(?:ship)?|entry|junior|graduate|mid(?:dle)?|intermediate|senior|lead|staff|principal|manager"
    r"|director|executive"
)
_STATED = re.compile(
    rf"(?:(?:seniority|experience|career|job|position|job seniority) level"
    rf"|seniority)\s{{0,3}}[:\-–]?\s{{0,3}}(?P<label>{_WORDS})\b"
    rf"|this is an? (?P<role>{_WORDS})(?:[- ]level)? (?:role|position|opportunity|job)\b"
    r"|\b(?P<entry>entry)[- ]level (?:role|position|opportunity|job)\b",
    re.IGNORECASE,
)
_FIELD_LEVELS: tuple[tuple[str, Seniority], ...] = (
    (r"intern|student|trainee|apprentice", "intern"),
    (r"entry|junior|graduate|associate", "junior"),
    (r"mid[-_ ]senior", "senior"),
    (r"mid|intermediate|middle|experienced", "mid"),
    (r"staff", "staff"),
    (r"principal", "principal"),
    (r"lead", "lead"),
    (r"director|head", "director"),
    (r"executive|c-level|vp|chief", "executive"),
    (r"manager|supervis", "manager"),
    (r"senior|expert", "senior"),
)


def read_seniority(draft: Draft, document: Document) -> Finding[Seniority | None]:
    """Decide the level; None where nothing names one."""
    return _from_title(document.title) or _from_text(document) or _from_fields(draft.seniority) or Finding(None)


def _from_title(title: str) -> Finding[Seniority | None] | None:
    grade = _GRADES.search(title)
    match = _TITLE.search(title)
    if grade is not None and (match is None or match.start() >= grade.start()):
        level = _GRADE_LEVELS[grade.group("level").lower()]
        return Finding(level, (evidence_of("title", title),))
    if match is None or match.lastgroup is None:
        return None
    return Finding(_level(match.lastgroup), (evidence_of("title", title),))


def _from_text(document: Document) -> Finding[Seniority | None] | None:
    stretches = document.around(("level", "seniority", "this is a"), before=30, after=60)
    match = next(filter(None, (_STATED.search(document.text, start, stop) for start, stop in stretches)), None)
    if match is None:
        return None
    word = next(group for group in match.groups() if group)
    return Finding(_field_level(word), (quote("text", document.text, match.start(), match.end()),))


def _from_fields(fields: Sequence[Stated]) -> Finding[Seniority | None] | None:
    for stated in fields:
        level = _field_level(stated.text)
        if level is not None:
            return Finding(level, (evidence_of(stated.field, stated.text),))
    return None


def _field_level(text: str) -> Seniority | None:
    words = text.lower()
    return next((level for pattern, level in _FIELD_LEVELS if re.search(rf"\b(?:{pattern})", words)), None)


def _level(name: str) -> Seniority:
    levels: dict[str, Seniority] = {
        "executive": "executive", "director": "director", "manager": "manager", "principal": "principal",
        "staff": "staff", "lead": "lead", "intern": "intern", "mid": "mid", "senior": "senior", "junior": "junior",
    }  # fmt: skip
    return levels[name]
