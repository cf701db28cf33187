"""The demo's digests as pages: an index with each mail beside it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, func, select

from schemas.counted import counted
from schemas.sql.tables import digest_items
from services.notifier.adapters.mail.folder import file_name_of
from services.notifier.adapters.rendering.browsable import BrowsableMail, write_pages
from services.notifier.adapters.sql.digests.digests import KeptDigest
from services.notifier.domain.people import Subscriber
from services.notifier.ports import Email
from services.runtime.sql.store import reading


def write_index(
    out: Path, engine: Engine, people: Mapping[str, tuple[Subscriber, int]], history: list[KeptDigest], note: str
) -> Path:
    """Write index.html and the pages of all digests that were mailed; gives the index."""
    counts = _items(engine)
    mails = [_mail(kept, kept.email, people[kept.subscriber_id], counts) for kept in history if kept.email is not None]
    return write_pages(out, "What everybody got", mails, note)


def _mail(
    kept: KeptDigest, email: Email, owner: tuple[Subscriber, int], counts: Mapping[tuple[str, str], int]
) -> BrowsableMail:
    person, searches = owner
    profile = person.profile
    return BrowsableMail(
        delivery_id=email.delivery_id,
        recipient=profile.name or profile.address,
        time_zone=profile.time_zone,
        about=f"{profile.time_zone}, {profile.currency}, {counted(searches, 'search')}",
        due_at=kept.due_at,
        subject=email.subject,
        preheader="",
        html=email.html,
        eml_path=f"mails/{file_name_of(email.delivery_id)}",
        jobs=counts[kept.digest_id, "match"],
        near=counts[kept.digest_id, "near"],
        left_out=0,
    )


def _items(engine: Engine) -> Counter[tuple[str, str]]:
    query = select(digest_items.c.digest_id, digest_items.c.kind, func.count()).group_by(
        digest_items.c.digest_id, digest_items.c.kind
    )
    with reading(engine) as connection:
        return Counter({(digest_id, kind): count for digest_id, kind, count in connection.execute(query).all()})
