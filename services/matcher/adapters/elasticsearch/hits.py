"""How hits leave Elasticsearch: packed by a script on the shard, since most of the time went into hits of their own.

The script also decides pay and time zone, by the rules of the criteria, and the rarer demands on skills. What
asks for more than one word, or for towns, it sets apart, with its text and towns, for the client to decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from schemas.keys import Keys
from services.matcher.adapters.elasticsearch.documents import (
    CURRENCIES,
    HAS_MORE_SKILLS,
    HAS_MORE_TEXT,
    HAS_ZONE,
    currency_number,
    ruled_out_by,
)
from services.matcher.adapters.floors import ACCEPTS_UNDISCLOSED, CURRENCY_SHIFT, FLOOR_BITS
from services.rules.criterion import SKILLS_ALL, SKILLS_ANY
from services.rules.criterion.timezone import end_of
from services.rules.prepared import PreparedPosting

FILTER_PATH: Final = "aggregations.hits.value"
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 6
"""Of 6 bits each: 32 bits and some."""

_INIT: Final = f"""
long[] tops = new long[{CURRENCIES}];
for (int at = 0; at < {CURRENCIES}; at++) {{ tops[at] = -1; }}
for (def one : params.tops) {{ tops[(int) one[0]] = ((Number) one[1]).longValue(); }}
state.tops = tops;
state.skills = new HashSet(params.skills);
state.unwanted = new HashSet(params.unwanted);
state.counted = new HashSet(params.counted);
state.keys = new StringBuilder();
state.near = new StringBuilder();
state.worded = new ArrayList();
"""

_MAP: Final = f"""
long limits = doc['limits'].value;
boolean near = false;
if (limits != 0) {{
  long floor = limits & {2**FLOOR_BITS - 1}L;
  if (floor != 0) {{
    long top = ((long[]) state.tops)[(int) (limits >>> {CURRENCY_SHIFT} & 32767L)];
    if (top < 0) {{
      near = (limits & {ACCEPTS_UNDISCLOSED}L) == 0;
    }} else if (top < floor) {{
      if (top < (floor * 9 + 9) / 10) {{ return; }}
      near = true;
    }}
  }}
  if ((limits & {HAS_ZONE}L) != 0 && params.low != null) {{
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
  if ((limits & {HAS_MORE_SKILLS}L) != 0) {{
    for (def name : doc['more']) {{ if (!state.skills.contains(name)) {{ return; }} }}
    for (def name : doc['unwanted']) {{ if (state.unwanted.contains(name)) {{ return; }} }}
    if (doc['at_least'].size() != 0) {{
      long met = 0;
      for (def name : doc['counted']) {{ if (state.counted.contains(name)) {{ met++; }} }}
      if (met < doc['at_least'].value) {{ return; }}
    }}
  }}
  if ((limits & {HAS_MORE_TEXT}L) != 0) {{
    def towns = new ArrayList();
    for (def one : doc['towns']) {{ towns.add(one); }}
    boolean unknown = doc['accept_unknown_town'].size() != 0 && doc['accept_unknown_town'].value;
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
        "skills": sorted(SKILLS_ALL.terms_of(prepared)),
        "unwanted": ruled_out_by(prepared),
        "counted": sorted(SKILLS_ANY.terms_of(prepared)),
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
