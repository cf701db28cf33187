"""Whom it harms that a source is not well: who had jobs of it in the newest mails."""

from sqlalchemy import insert

from schemas.sql.ingest import source_items
from schemas.sql.tables import digest_items, digests
from services.runtime.figures.source_readers import SourceReaders, read_source_readers
from services.runtime.sql.store import reading, writing
from tests.support.notifying import NOW, NotifierStore, posting


def mailed(store: NotifierStore, name: str, posting_id: str) -> None:
    digest = {
        "digest_id": name, "subscriber_id": store.person(name).subscriber_id, "outcome": "digest", "due_at": NOW,
        "reason": "", "instant": False, "subject": "", "dropped": b"", "created_at": NOW,
    }  # fmt: skip
    item = {"rank": 0, "kind": "match", "cluster_key": "", "signature": "", "score": 1.0, "found_by": "[]"}
    with writing(store.engine) as connection:
        connection.execute(insert(digests).values(digest))
        connection.execute(insert(digest_items).values(item | {"digest_id": name, "posting_id": posting_id}))


def test_readers_of_a_source_are_those_who_were_mailed_what_it_lists(store: NotifierStore) -> None:
    def read() -> dict[str, SourceReaders]:
        with reading(store.engine) as connection:
            return dict(read_source_readers(connection, ("boards", "other")))

    assert read() == {}, "nobody was mailed yet"
    for name, job in (("ada", "one"), ("ben", "two"), ("cyn", "unlisted")):
        mailed(store, name, posting(job).posting_id)
    times = dict.fromkeys(("first_seen", "last_seen", "ends_at"), NOW)
    facts = {"format": "f", "content_hash": "h", "is_open": True, "backlog": False, "misses": 0, **times}
    with writing(store.engine) as connection:
        for job in ("one", "two"):
            own = posting(job)
            row = {"source": own.source, "source_id": own.source_id, **facts}
            connection.execute(insert(source_items).values(row))
    found = read()
    assert found == {"boards": SourceReaders(2, 3, 3), "other": SourceReaders(0, 3, 3)}
    assert found["boards"].said == "2 of the 3 readers of the last 3 mails had jobs of it"
    assert found["other"].said == "no reader of the last 3 mails had jobs of it"
