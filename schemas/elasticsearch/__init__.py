"""Mappings of the Elasticsearch indices. Enters: a name with its version. Leaves: settings and mappings as data."""

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any

_TERM = {"type": "keyword", "doc_values": False}


def definition(name: str, *, terms: Iterable[str], shards: int = 1, replicas: int, mark: str) -> dict[str, Any]:
    """Settings and mappings of an index, by the name and version of what it holds (`criteria.v1`).

    `terms` are fields that are searched by their terms, besides those that the file names. A change that old documents
    do not fit takes a new version, and a rebuild into a new index; so does another `mark`, of what documents were
    worked out by.
    """
    raw = json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    found: dict[str, Any] = {"settings": raw["settings"], "mappings": raw["mappings"]}
    found["mappings"]["properties"] |= dict.fromkeys(terms, _TERM)
    found["settings"] |= {"number_of_shards": shards, "number_of_replicas": replicas}
    found["mappings"]["_meta"] = {"schema": f"{name} {mark}".rstrip()}
    return found
