"""Criteria published anew: after the topic lost some, and after the store was restored from a copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.criteria import Criteria, CriteriaRecord, SkillTerms
from services.notifier.adapters.sql.criteria.repair import CriteriaRepair, Drift, published_of
from services.notifier.domain.people import Subscriber
from services.runtime.records import Record
from tests.support.notifying import GO, NOW, PYTHON, NotifierStore, new_store

RUST = Criteria(skills=SkillTerms(all=("Rust",)))
JAVA = Criteria(skills=SkillTerms(all=("Java",)))


@pytest.fixture
def restored(request: pytest.FixtureRequest, store: NotifierStore, tmp_path: Path) -> Iterator[NotifierStore]:
    """A store that knows nothing of what `store` did since it was copied."""
    with new_store(request.node.callspec.params["store"], tmp_path / "restored") as made:
        yield made


def publish(store: NotifierStore, topic: list[Record]) -> None:
    """What a relay does, into a topic of one partition."""
    rows = store.outbox.pending(1_000)
    topic += [
        Record(row.topic, 0, len(topic) + at, row.key, row.value, row.headers, NOW) for at, row in enumerate(rows)
    ]
    store.outbox.mark_published([row.id for row in rows])


def states(topic: list[Record]) -> dict[int, tuple[int, bool, Criteria]]:
    """By key what an index makes of the topic: the highest version, the first where one comes twice."""
    newest: dict[int, tuple[int, bool, Criteria]] = {}
    for record in topic:
        criterion = decode(CriteriaRecord, record.value)
        if criterion.key not in newest or newest[criterion.key][0] < criterion.version:
            newest[criterion.key] = (criterion.version, criterion.removed, criterion.criteria)
    return newest


def mend(store: NotifierStore, topic: list[Record]) -> Drift:
    again, published = CriteriaRepair(store.engine), published_of(topic)
    drift = again.drift(published)
    again.publish(drift, published, NOW)
    publish(store, topic)
    return drift


def two_searches(store: NotifierStore) -> Subscriber:
    ada = store.person()
    store.search(ada, "python", PYTHON)
    store.search(ada, "go", GO)
    return ada


def test_a_topic_that_has_all_is_left_alone(store: NotifierStore) -> None:
    topic: list[Record] = []
    ada = two_searches(store)
    store.searches.delete(store.search(ada, "rust", RUST).search_id, NOW)
    publish(store, topic)
    before = len(topic)
    assert not mend(store, topic)
    assert len(topic) == before


def test_a_topic_made_anew_gets_all_that_somebody_wants_in_the_versions_that_indices_have(
    store: NotifierStore,
) -> None:
    old: list[Record] = []
    ada = two_searches(store)
    store.search(store.person("bob"), "python too", PYTHON)
    store.searches.delete(store.search(ada, "rust", RUST).search_id, NOW)
    publish(store, old)
    topic: list[Record] = []
    assert mend(store, topic) == Drift((0, 1), ())
    assert states(topic) == {0: (2, False, PYTHON), 1: (1, False, GO)}
    assert not mend(store, topic)


def test_a_restored_store_overrules_what_it_has_forgotten(store: NotifierStore, restored: NotifierStore) -> None:
    topic: list[Record] = []
    two_searches(store)
    store.search(store.person("bob"), "python too", PYTHON)
    store.search(store.person("eve"), "rust", RUST)
    store.search(store.person("kim"), "java", JAVA)
    publish(store, topic)
    two_searches(restored)
    publish(restored, [])

    assert mend(restored, topic) == Drift((0,), (2, 3))
    now = states(topic)
    assert now == {0: (3, False, PYTHON), 1: (1, False, GO), 2: (2, True, RUST), 3: (2, True, JAVA)}
    assert not mend(restored, topic)


def test_a_restored_store_draws_no_key_that_was_published(store: NotifierStore, restored: NotifierStore) -> None:
    topic: list[Record] = []
    two_searches(store)
    store.search(store.person("eve"), "rust", RUST)
    publish(store, topic)
    ada = two_searches(restored)
    publish(restored, [])
    mend(restored, topic)
    assert restored.search(ada, "java", JAVA).key == 3
    publish(restored, topic)
    assert states(topic)[3] == (1, False, JAVA)


def test_later_changes_in_a_restored_store_count(store: NotifierStore, restored: NotifierStore) -> None:
    topic: list[Record] = []
    two_searches(store)
    for name in ("bob", "eve", "kim"):
        store.search(store.person(name), "python too", PYTHON)
    publish(store, topic)
    ada = restored.person()
    search = restored.search(ada, "python", PYTHON)
    publish(restored, [])
    mend(restored, topic)
    restored.searches.delete(search.search_id, NOW)
    publish(restored, topic)
    assert states(topic)[0][1]
