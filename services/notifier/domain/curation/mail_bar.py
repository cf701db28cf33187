"""Whether what was chosen is worth a mail: it must be likely enough that the person accepts one of its jobs."""

import math

from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.model import Cause, Digest, Dropped, Hold, Item, WaitingJob


def worth_a_mail(chosen: Digest | Hold, settings: CurateSettings) -> Digest | Hold:
    """A digest as it is, where its jobs are likely enough to hold one that is accepted; else they wait for others.

    A mail of one job that is as likely unwanted as wanted teaches not to open the next.
    """
    if isinstance(chosen, Hold):
        return chosen
    likely = 1.0 - math.prod(1.0 - item.chance.value for item in chosen.items)
    if likely >= settings.least_mail_chance:
        return chosen
    waiting = (*(_waiting(item, chosen) for item in chosen.items), *chosen.rest)
    near = tuple(_waiting(item, chosen) for item in chosen.near)
    alone = (*(_left_out(job) for job in waiting), *(_left_out(job, near=True) for job in near))
    return Hold(
        recipient=chosen.recipient,
        due_at=chosen.due_at,
        reason=_why(len(waiting), likely, settings.least_mail_chance),
        dropped=tuple(sorted((*chosen.dropped, *alone), key=lambda one: one.posting_id)),
        rest=waiting,
        near_rest=(*near, *chosen.near_rest),
    )


def _left_out(job: WaitingJob, *, near: bool = False) -> Dropped:
    return Dropped(job.posting.posting_id, Cause("unlikely_mail", chance=job.chance, near=near))


def _waiting(item: Item, chosen: Digest) -> WaitingJob:
    own = item.posting.posting_id
    copies = (one.posting_id for one in chosen.dropped if one.cause == Cause("worse_copy", posting_id=own))
    return WaitingJob(
        item.posting, tuple(found.search for found in item.found_by), item.score, tuple(copies), item.chance
    )


def _why(jobs: int, likely: float, least: float) -> str:
    wait = "one job waits" if jobs == 1 else f"{jobs} jobs wait"
    return f"{wait} for others: a mail would hold something wanted by {likely:.0%}, and {least:.0%} are asked for"
