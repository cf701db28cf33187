"""How hits leave Elasticsearch: packed by a script on the shard, since most of the time went into hits of their own.

The script also decides facets, pay and time zone, by the rules of the criteria, and what else is asked of terms. What
asks for phrases, or for towns, it sets apart, with its text and towns, for the client to decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from schemas.keys import Keys
from services.matcher.adapters.elasticsearch.documents import (
    HAS_EITHER,
    HAS_MORE,
    HAS_PAY,
    HAS_SOME,
    HAS_TEXT,
    HAS_TOWNS,
    HAS_UNWANTED,
    HAS_ZONE,
    currency_number,
    had_by,
    masks_of,
)
from services.matcher.adapters.floors import ACCEPTS_UNDISCLOSED, CURRENCY_SHIFT, FLOOR_BITS
from services.rules.criterion.timezone import end_of
from services.rules.prepared import PreparedPosting

FILTER_PATH: Final = "aggregations.hits.value"
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 6
"""Of 6 bits each: 32 bits and some."""

_INIT: Final = """
Map tops = new HashMap();
for (def one : params.tops) { tops.put(((Number) one[0]).longValue(), ((Number) one[1]).longValue()); }
state.tops = tops;
Set had = new HashSet();
for (def one : params.had) { had.add(((Number) one).longValue()); }
state.had = had;
long[] masks = new long[params.masks.size()];
for (int at = 0; at < masks.length; at++) { masks[at] = ((Number) params.masks[at]).longValue(); }
state.masks = masks;
state.keys = new StringBuilder();
state.near = new StringBuilder();
state.worded = new ArrayList();
"""

_MAP: Final = f"""
long bits = doc['bits'].value;
for (long mask : (long[]) state.masks) {{ if ((bits & mask) == 0L) {{ return; }} }}
boolean near = false;
if (bits >= {HAS_PAY}L) {{
  Set had = (Set) state.had;
  if ((bits & {HAS_PAY}L) != 0) {{
    long pay = doc['pay'].value;
    long floor = pay & {2**FLOOR_BITS - 1}L;
    def told = ((Map) state.tops).get(pay >>> {CURRENCY_SHIFT});
    if (told == null) {{
      near = (pay & {ACCEPTS_UNDISCLOSED}L) == 0;
    }} else {{
      long top = (long) told;
      if (top < floor) {{
        if (top < (floor * 9 + 9) / 10) {{ return; }}
        near = true;
      }}
    }}
  }}
  if ((bits & {HAS_UNWANTED}L) != 0) {{
    for (def term : doc['unwanted']) {{ if (had.contains(term)) {{ return; }} }}
  }}
  if ((bits & {HAS_MORE}L) != 0) {{
    for (def term : doc['more']) {{ if (!had.contains(term)) {{ return; }} }}
  }}
  if ((bits & {HAS_SOME}L) != 0) {{
    long met = 0;
    for (def term : doc['some']) {{ if (had.contains(term)) {{ met++; }} }}
    if (met < doc['at_least'].value) {{ return; }}
  }}
  if ((bits & {HAS_EITHER}L) != 0) {{
    boolean met = false;
    for (def term : doc['either']) {{ if (had.contains(term)) {{ met = true; }} }}
    if (!met) {{ return; }}
  }}
  if ((bits & {HAS_ZONE}L) != 0 && params.low != null) {{
    double low = params.low;
    double high = params.high;
    double tolerance = doc['tolerance'].value;
    boolean fits = false;
    for (int turn = -1; turn < 2; turn++) {{
      double at = doc['offset'].value + 24 * turn;
      if (low - at <= tolerance && at - high <= tolerance) {{ fits = true; }}
    }}
    if (!fits) {{ return; }}
  }}
  if ((bits & {HAS_TEXT}L) != 0) {{
    def towns = new ArrayList();
    boolean unknown = false;
    if ((bits & {HAS_TOWNS}L) != 0) {{
      for (def one : doc['towns']) {{ towns.add(one); }}
      unknown = doc['accept_unknown_town'].value;
    }}
    state.worded.add([doc['key'].value, near, doc['text'].value, towns, unknown]);
    return;
  }}
}}
long key = doc['key'].value;
StringBuilder keys = (StringBuilder) (near ? state.near : state.keys);
for (int shift = 30; shift >= 0; shift -= 6) {{
  int digit = (int) ((key >>> shift) & 63) + 35;
  keys.append((char) (digit < 92 ? digit : digit + 1));
}}
"""
"""Digits stand for themselves from `#` on, without the backslash, which JSON would double."""

_COMBINE: Final = "return ['keys': state.keys.toString(), 'near': state.near.toString(), 'worded': state.worded];"


@dataclass(frozen=True, slots=True)
class Worded:
    """A criterion that fits if its text and its towns do."""

    key: int
    near: bool
    text: str
    towns: tuple[str, ...] = ()
    accept_unknown_town: bool = False


@dataclass(frozen=True, slots=True)
class SearchHits:
    """What one search brought, in no order."""

    keys: Keys
    near: Keys
    worded: tuple[Worded, ...]


def aggregation_of(prepared: PreparedPosting) -> dict[str, Any]:
    """Collects every hit of a posting's query."""
    posting = prepared.posting
    zones = posting.timezones
    tops = posting.salary.tops if posting.salary else {}
    params: dict[str, Any] = {
        "had": had_by(prepared),
        "masks": masks_of(prepared),
        "tops": [[currency_number(code), min(top, _LARGEST)] for code, top in tops.items() if _is_code(code)],
    }
    if zones is not None:
        params |= {"low": float(zones.min), "high": float(end_of(zones))}
    scripts = {"init_script": _INIT, "map_script": _MAP, "combine_script": _COMBINE, "reduce_script": "return states;"}
    return {"hits": {"scripted_metric": {**scripts, "params": params}}}


def hits_in(answer: Mapping[str, Any]) -> SearchHits:
    """Unpack an answer, shard by shard."""
    shards = answer["aggregations"]["hits"]["value"]
    return SearchHits(
        keys=_unpacked("".join(shard["keys"] for shard in shards)),
        near=_unpacked("".join(shard["near"] for shard in shards)),
        worded=tuple(_worded(shards)),
    )


def _worded(shards: list[dict[str, Any]]) -> Iterator[Worded]:
    for shard in shards:
        for key, near, text, towns, unknown in shard["worded"]:
            yield Worded(key, near, text, tuple(towns), unknown)


def _unpacked(digits: str) -> Keys:
    read = np.frombuffer(digits.encode("ascii"), dtype=np.uint8).reshape(-1, _DIGITS)
    values = (read - 35 - (read > 92)).astype(np.uint64)
    shifts = np.arange(6 * (_DIGITS - 1), -1, -6, dtype=np.uint64)
    keys: Keys = (values << shifts).sum(axis=1, dtype=np.uint64).astype(np.uint32)
    return keys


def _is_code(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()
