"""An index that may not be written to, as by a full disk, a snapshot or an operator, is told as that and waited for."""

from contextlib import closing

import pytest

from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.errors import UnavailableError
from tests.support.engines import elasticsearch_of_my_own

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("block", "said"),
    [("read_only_allow_delete", "flood-stage watermark"), ("read_only", "index read-only"), ("write", "index write")],
)
def test_an_index_that_is_blocked_is_waited_for_and_not_taken_for_wrong_credentials(block: str, said: str) -> None:
    with elasticsearch_of_my_own() as settings, closing(SearchEngine(settings)) as engine:
        index = f"{settings.prefix}blocked"
        engine.ask("PUT", f"/{index}", {})
        try:
            engine.ask("PUT", f"/{index}/_settings", {f"index.blocks.{block}": True})
            with pytest.raises(UnavailableError, match=f"^Elasticsearch is blocked .*{said}"):
                engine.bulk(b'{"index": {}}\n{"a": 1}\n', index=index)
            with pytest.raises(UnavailableError, match=r"^Elasticsearch is blocked"):
                engine.ask("POST", f"/{index}/_doc", {"a": 1})
            engine.ask("PUT", f"/{index}/_settings", {f"index.blocks.{block}": False})
            engine.bulk(b'{"index": {}}\n{"a": 1}\n', index=index)
        finally:
            engine.ask("PUT", f"/{index}/_settings", {f"index.blocks.{block}": False})


def test_an_index_that_somebody_closed_is_waited_for() -> None:
    with elasticsearch_of_my_own() as settings, closing(SearchEngine(settings)) as engine:
        index = f"{settings.prefix}closed"
        engine.ask("PUT", f"/{index}", {})
        engine.ask("POST", f"/{index}/_close")
        with pytest.raises(UnavailableError, match=r"^Elasticsearch is blocked \(400\): closed"):
            engine.ask("POST", f"/{index}/_search", {})
        with pytest.raises(UnavailableError, match=r"^Elasticsearch is blocked \(400\): closed"):
            engine.bulk(b'{"index": {}}\n{"a": 1}\n', index=index)
        engine.ask("POST", f"/{index}/_open")
        engine.bulk(b'{"index": {}}\n{"a": 1}\n', index=index)
