"""What Elasticsearch says no to is told with the index that it is of, and with what mends it."""

from services.runtime.elasticsearch.refusals import cause, failure


def test_a_closed_index_is_named_with_what_opens_it() -> None:
    closed = {"type": "index_closed_exception", "reason": "closed", "index": "jobchime-criteria-1"}
    found = failure(400, *cause({"error": {"root_cause": [closed]}, "status": 400}))
    assert str(found) == (
        "Elasticsearch is blocked (400): closed [jobchime-criteria-1]; `POST /INDEX/_open` opens an index"
    )


def test_an_index_that_a_reason_names_is_not_named_twice() -> None:
    blocked = {"type": "cluster_block_exception", "reason": "index [a] blocked by: [read-only]", "index": "a"}
    assert str(failure(403, *cause({"error": blocked}))) == (
        "Elasticsearch is blocked (403): index [a] blocked by: [read-only]"
    )
