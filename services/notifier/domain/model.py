"""The notifier's facts as values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.brand import HOUSE, Brand
from services.notifier.domain.selectivity import Selectivity
from services.notifier.domain.weights import CERTAIN, AnswerKind, Chance, Part
from services.rules.home import Home
from services.rules.languages.speaking import SpokenLanguage, Unspoken
from services.rules.verdict import Reason, Verdict

Cadence = Literal["instant", "daily", "weekly"]
DayCounts = tuple[tuple[date, int], ...]
"""How many postings matched, by the reader's day; in order."""


class Counted(NamedTuple):
    """What a digest, sent or held, counted in the windows that it closed."""

    due_at: datetime
    days: DayCounts | None
    """None where that is not known."""
    sent: bool = True
    """Whether there was a mail of it."""


@dataclass(frozen=True, slots=True)
class AnsweredJob:
    """A job that a subscriber answered, and how: its marks, not the posting."""

    kind: AnswerKind
    title: str
    """As it was shown, to name the job by."""
    company: str
    """Likewise."""
    title_words: frozenset[str]
    """Those that tell of the work, folded."""
    company_key: str
    """The company's folded name."""
    skills: frozenset[str]
    """Canonical names, the core ones."""
    said_at: datetime
    roles: tuple[str, ...] = ()
    """The first one, if any; empty, like the places, of what an earlier release took in."""
    places: frozenset[str] = frozenset()
    """Codes of those where one may work."""
    foreseen: float | None = None
    """The chance that they accept it, by what was known before; None where that was not kept."""
    causes: tuple[str, ...] = ()
    """What of the job their searches leave out since: it was that, and says nothing of jobs like it."""


class Ask(NamedTuple):
    """What one search of a person asks for."""

    name: str
    criteria: Criteria


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a digest is for."""

    subscriber_id: str
    address: str
    name: str
    time_zone: str
    """IANA name."""
    currency: str
    locale: str = "en"
    speaks: tuple[SpokenLanguage, ...] = ()
    """Empty where they do not say: then nothing is kept from them for its language."""
    home: Home | None = None
    years: int | None = None
    """For which they have done the work that they look for; None, like where they live, where they do not say."""
    worked_as: tuple[str, ...] = ()
    """Ids of the roles that they have had; empty where they do not say."""
    knows: tuple[str, ...] = ()
    """What they say that they can do, in their words: skills, tools, licences, fields; empty where they do not say."""
    avoids: tuple[str, ...] = ()
    """What they would rather not do, in their words; empty where they do not say."""
    selectivity: Selectivity = "usual"
    """How choosy their mails are: it moves the bars, and no chance."""
    hidden_companies: frozenset[str] = frozenset()
    """Folded names."""
    not_relevant: frozenset[str] = frozenset()
    """Cluster keys that the subscriber waved away."""
    asks: tuple[Ask, ...] = ()
    """All their searches that are not paused, due or not: each is a sign of what the others leave open."""
    answers: tuple[AnsweredJob, ...] = ()
    """They move the chance of jobs that are like these, see `curation/chance/answers.py`."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends the digests, as each mail must say."""

    name: str
    address: str
    postal_address: str
    """One line; a mailer that sends for real does not start without it."""
    brand: Brand = HOUSE
    logo: str = ""
    """Where the picture is that stands for the name; empty: the name itself does."""


@dataclass(frozen=True, slots=True)
class DueSearch:
    """A saved search whose digest is due."""

    search_id: str
    name: str
    cadence: Cadence
    criteria: Criteria
    preferred_places: tuple[str, ...] = ()
    """Codes, as in criteria; they decide order alone, see `services.notifier.domain.curation.preferred_places`."""


class Candidate(NamedTuple):
    """A posting (its newest version) and the due searches whose window holds a match, or near miss, of it."""

    posting: PostingCore
    searches: tuple[DueSearch, ...]


@dataclass(frozen=True, slots=True)
class AnnualPay:
    """The top of what a job pays in a year, in the currency that it is stated in."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class SentItem:
    """What a subscriber was sent before."""

    posting_id: str
    cluster_key: str
    signature: str
    sent_at: datetime
    near: bool = False
    """It was shown as a near miss, and may come again once it pays more: as a match, once."""
    pay: AnnualPay | None = None
    """What a near miss stated then; None where it stated nothing that can be compared."""


@dataclass(frozen=True, slots=True)
class PayNews:
    """Why a job comes that came before: it was a near miss for its pay, which is now above the floor."""

    code: Literal["pay_stated", "pay_raised"]
    sent_at: datetime
    """When it came as a near miss."""
    before: AnnualPay | None
    """None with `pay_stated`."""
    now: AnnualPay


@dataclass(frozen=True, slots=True)
class Preferred:
    """The places that a search prefers, as far as a job may be done there; codes."""

    named: tuple[str, ...] = ()
    """What its reach names of them: itself preferred, or within a place that is, as Portugal is within the EU."""
    taken_in: tuple[str, ...] = ()
    """Preferred places that its reach only takes in, as the whole world does; empty where it names any."""


NOT_PREFERRED = Preferred()


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A search that found a posting, with the verdict on its newest version."""

    search: DueSearch
    verdict: Verdict
    preferred: Preferred = NOT_PREFERRED
    """What speaks for it besides; the verdict is the same without."""


class Suits(NamedTuple):
    """What of a job speaks for one person, whatever they search for, see `curation/suits.py`."""

    years: tuple[int, int] | None = None
    """The years of experience that it asks for, and for how many they have done their work, where that is enough."""
    km: int | None = None
    """How far it lies from their town, where that is near and one must go there."""


NO_SUITS = Suits()


@dataclass(frozen=True, slots=True)
class Item:
    """A chosen job with why it is there."""

    posting: PostingCore
    found_by: tuple[FoundBy, ...]
    score: float
    parts: tuple[Part, ...] = ()
    """What the score is the sum of; the fit is to the first search in `found_by`."""
    pay_news: PayNews | None = None
    """Set where the subscriber was sent the job before."""
    chance: Chance = CERTAIN
    """That they accept it."""
    beside: bool = False
    """It stands on the card of the item before it, as the same job in another place, see `curation/cards.py`."""
    known: tuple[str, ...] = ()
    """What they say that they can do and it names, in their words and order."""
    suits: Suits = NO_SUITS


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A job for which there was no room: it stays a candidate, see `services.notifier.domain.curation.waiting`."""

    posting: PostingCore
    searches: tuple[DueSearch, ...]
    """Those that it fits, or nearly, the one that it suits best first."""
    score: float
    copies: tuple[str, ...] = ()
    """The ids of its other postings, the better ones first."""
    chance: Chance = CERTAIN
    """That they accept it."""


@dataclass(frozen=True, slots=True)
class ClosedJob:
    """A job that somebody saved and that is closed now, as it was called when they saved it."""

    posting_id: str
    title: str
    company: str


CauseCode = Literal[
    "closed", "expired", "old", "backlog", "hidden_company", "not_relevant", "no_link", "unspoken", "not_found",
    "no_fit", "sent", "copy_sent", "worse_copy", "unlikely", "unlikely_mail", "only_near", "full", "full_of_company",
    "full_of_alike",
]  # fmt: skip


class Cause(NamedTuple):
    """Why a candidate is not chosen, with the facts that its code has."""

    code: CauseCode
    day: date | None = None
    """Of `expired`, and of `sent` and `copy_sent` when that was."""
    most: int = 0
    """Of `old` in days; of `full...` how many better ones take the room."""
    posting_id: str = ""
    """Of `copy_sent` and `worse_copy`: the other posting of the job; of `unlikely`: that whose card it stands on."""
    unspoken: Unspoken | None = None
    reason: Reason | None = None
    """Of `no_fit`: the first criterion that it fails; None where it was rejected as a whole."""
    chance: Chance = CERTAIN
    """Of `unlikely` and `unlikely_mail`."""
    near: bool = False
    """Of `full...`, `unlikely` and `unlikely_mail`: it fits only nearly."""

    @property
    def leads_unlikely(self) -> bool:
        """Whether it fits, only its chance keeps it out, and a card would lead with it."""
        return self.code == "unlikely" and not self.near and not self.posting_id


class Dropped(NamedTuple):
    """A candidate that was not chosen, and why."""

    posting_id: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Digest:
    """The chosen jobs for one subscriber at one due time."""

    recipient: Recipient
    due_at: datetime
    searches: tuple[DueSearch, ...]
    items: tuple[Item, ...]
    near: tuple[Item, ...]
    left_out: int
    """Cards of fitting jobs beyond the cap."""
    dropped: tuple[Dropped, ...]
    beyond: tuple[Dropped, ...] = ()
    """Those fitting jobs, each with why it was left out."""
    rest: tuple[WaitingJob, ...] = ()
    """Those fitting jobs, best first: what `Links.rest` leads to."""
    near_rest: tuple[WaitingJob, ...] = ()
    """Near misses for which there was no room, best first."""
    matched: DayCounts | None = None
    """All that matched in the windows that this closes; None where it cannot be told."""
    week: DayCounts = ()
    """All that matched in seven days, the oldest first; empty where it cannot be told or is not worth showing."""
    others: int = 0
    """So many of these were sent before or are less likely; 0 where something else kept one of them back."""
    others_sent: bool = False
    """Whether any of them can have been sent: there was a mail in that week, or one of them was in one."""
    closed: tuple[ClosedJob, ...] = ()
    """Of the jobs that they saved those that closed and of which no mail has said so; the last saved first."""

    @property
    def unlikely(self) -> int:
        """Cards of fitting jobs that only their chance kept out: what `Links.rest` leads to besides."""
        return sum(left.cause.leads_unlikely for left in self.dropped)


class HoldCause(NamedTuple):
    """Why a due time comes to no mail, with the facts that its code has."""

    code: Literal["nothing_found", "none_chosen", "only_near", "unlikely"]
    jobs: int = 0
    """Of `none_chosen` those that were found, of `unlikely` those that wait for others."""
    likely: float = 0.0
    """Of `unlikely`: the chance that a mail of them holds something wanted."""
    least: float = 0.0
    """Of `unlikely`: the bar for mails."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing worth an email: the windows are closed all the same."""

    recipient: Recipient
    due_at: datetime
    cause: HoldCause
    dropped: tuple[Dropped, ...]
    rest: tuple[WaitingJob, ...] = ()
    """Fitting jobs, best first, that wait until a mail is likely enough to hold something wanted."""
    near_rest: tuple[WaitingJob, ...] = ()
    """All near misses, best first: they may come with a later match."""
    matched: DayCounts | None = None
    """As in a digest."""
