"""A digest with all that may be said besides: a job comes again, feedback moved some, two nearly fit, one is left."""

from datetime import timedelta

from schemas.criteria import SalaryFloor
from schemas.posting import Attribution, Reach
from services.notifier.domain.curation.chance.answers import answered_job
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.pay_news import pay_of
from services.notifier.domain.model import Candidate, Digest, SentItem
from tests.support.digests import NOON, PYTHON, pay, posting, recipient, search

COUNTS = (4, 0, 8, 3, 1, 12, 6)
WEEK = tuple((NOON.date() - timedelta(days=6 - at), count) for at, count in enumerate(COUNTS))
OTHERS = 20
"""Of that week, as many as are said to be elsewhere."""


def noted_digest(locale: str = "en") -> Digest:
    """Of two searches, one of which prefers Portugal."""
    paid = search(
        "Paid", PYTHON.model_copy(update={"salary_floor": SalaryFloor(amount=60_000, currency="EUR")}),
        preferred_places=("PT",),
    )  # fmt: skip
    sure = search("Sure", paid.criteria.model_copy(update={"accept_undisclosed": False}))
    portugal = Reach(scope="listed", countries=("PT",))
    board = Attribution(name="Sample Board", url="https://board.example/jobs")
    raised = posting("raised", salary=pay(58_000, 75_000), attribution=board)
    liked = posting("liked", title="Data engineer", company="Quillfeather", salary=pay(None, 64_000), reach=portugal)
    jobs = [
        raised,
        liked,
        posting("fine", salary=pay(60_000, 62_000)),
        posting("left", salary=pay(None, 60_000), posted_at=NOON - timedelta(days=9)),
        posting("just", salary=pay(None, 59_900)),
        posting("below", salary=pay(50_000, 56_000), attribution=board),
    ]
    before = raised.model_copy(update={"salary": pay(None, 58_000)})
    sent = SentItem(
        raised.posting_id, raised.cluster.key, raised.cluster.signature, NOON - timedelta(days=4), True, pay_of(before)
    )
    to = recipient(
        locale=locale, answers=(answered_job("more_like", PostingFeatures(liked), NOON - timedelta(days=3)),)
    )
    settings = CurateSettings(most_items=3)
    made = curate(to, [paid, sure], [Candidate(job, (paid, sure)) for job in jobs], [sent], NOON, settings)
    assert isinstance(made, Digest), made
    return made
