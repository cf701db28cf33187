"""Every sentence of a digest but those about one job: English now, one place to translate later."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.notifier.domain.amounts import brief_top
from services.notifier.domain.job_wording import reason_line
from services.notifier.domain.lines import all_of, one_line
from services.notifier.domain.model import Cadence, Digest, Item, Sender

LABELS = {
    "why": "Why",
    "nearly": "Nearly",
    "nearly_note": "These miss what you asked for by a little.",
    "off": "What is off",
    "found_by": "Found by",
    "source": "via",
    "not_relevant": "Not relevant",
    "hide_company": "Hide this company",
    "manage": "Change your searches",
    "unsubscribe": "Unsubscribe",
}
"""The fixed words of the templates."""
_MOST_SUBJECT_TITLE = 60
_CADENCE: dict[Cadence, str] = {"instant": "sent as jobs come in", "daily": "sent daily", "weekly": "sent weekly"}


def subject(digest: Digest, locale: str) -> str:
    """What is inside, best first: `3 new remote Python jobs, best pays up to €95K`."""
    top = best_top(digest, locale)
    if len(digest.items) == 1:
        posting = digest.items[0].posting
        title = one_line(posting.title, _MOST_SUBJECT_TITLE)
        company = one_line(posting.company.name, _MOST_SUBJECT_TITLE)
        at = f" at {company}" if company else ""
        return f"New job: {title}{at}{f', up to {top}' if top else ''}"
    return f"{headline(digest)}{f', best pays up to {top}' if top else ''}"


def headline(digest: Digest) -> str:
    """How many jobs of what kind: `3 new remote Python jobs`."""
    count = len(digest.items)
    jobs = "job" if count == 1 else "jobs"
    workplace, skills = _shared_workplace(digest.items), _shared_skills(digest.items)
    names = {found.search.name for item in digest.items for found in item.found_by}
    if not skills and len(names) == 1:
        return f"{count} new {jobs} for “{one_line(names.pop(), _MOST_SUBJECT_TITLE)}”"
    if not skills and not workplace:
        return f"{count} new {jobs} for {len(names)} of your searches"
    return " ".join(part for part in (f"{count} new", workplace, skills, jobs) if part)


def preheader(digest: Digest) -> str:
    """The line that a mailbox shows beside the subject: companies, or titles, and near misses."""
    if len(digest.items) == 1:
        shown = [reason_line(digest.items[0])]
    else:
        shown = [
            f"{one_line(item.posting.title, 50)} at {one_line(item.posting.company.name, 40)}"
            for item in digest.items[:3]
        ]
        if len(digest.items) > 3:
            shown.append(f"{len(digest.items) - 3} more")
    if digest.near:
        shown.append(near_count(len(digest.near)))
    return " · ".join(part for part in shown if part)


def near_count(count: int) -> str:
    """`2 near misses`."""
    return "1 near miss" if count == 1 else f"{count} near misses"


def best_top(digest: Digest, locale: str) -> str:
    """The highest yearly pay among the items, in the reader's currency, or empty where none is known."""
    currency = digest.recipient.currency
    paid = [item.posting.salary for item in digest.items if item.posting.salary is not None]
    tops = [salary for salary in paid if salary.tops.get(currency)]
    if not tops:
        return ""
    return brief_top(max(tops, key=lambda salary: salary.tops[currency]), currency, locale)


def more_line(left_out: int) -> str:
    """What the cap left out."""
    if left_out == 0:
        return ""
    if left_out == 1:
        return "1 more job fits; these are the ones that fit best."
    return f"{left_out} more jobs fit; these are the ones that fit best."


def why_line(digest: Digest) -> str:
    """Why the reader gets this mail."""
    names = [f"“{one_line(search.name, 60)}”" for search in digest.searches]
    if len(names) == 1:
        return f"You get this mail because you saved the search {names[0]} ({_CADENCE[digest.searches[0].cadence]})."
    return f"You get this mail because you saved the searches {all_of(names)}."


def day_line(digest: Digest, zone: ZoneInfo, locale: str) -> str:
    """The reader's day: `Wednesday, 25 November 2026`."""
    return str(format_date(digest.due_at.astimezone(zone).date(), "EEEE, d MMMM y", locale=locale))


def sender_line(sender: Sender) -> str:
    """The sender's name and postal address, the name once."""
    if not sender.postal_address or sender.postal_address.startswith(sender.name):
        return sender.postal_address or sender.name
    return f"{sender.name}, {sender.postal_address}"


def _shared_workplace(items: Sequence[Item]) -> str:
    kinds = {item.posting.workplace for item in items}
    return kinds.pop() if kinds in ({"remote"}, {"hybrid"}) else ""


def _shared_skills(items: Sequence[Item]) -> str:
    """The skills that the finding searches ask for, where they are few enough to name."""
    asked = {
        (found.search.criteria.skills.all, found.search.criteria.skills.any)
        for item in items
        for found in item.found_by
    }
    if len(asked) != 1:
        return ""
    wanted, either = asked.pop()
    if wanted and len(wanted) <= 2:
        return " and ".join(wanted)
    return " or ".join(either) if not wanted and 0 < len(either) <= 2 else ""
