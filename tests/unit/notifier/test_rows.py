"""What is packed into one column."""

from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.adapters.sql.rows import packed, to_json, unsqueeze

_TEXTS = st.text(st.characters(codec="utf-8"))
_LEAVES = _TEXTS | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none()
_VALUES = st.recursive(_LEAVES, lambda some: st.lists(some) | st.dictionaries(_TEXTS, some), max_leaves=12)


@given(_VALUES)
@example({"é": "\x00\x1f\x7f\u2028", "z": ['"\\/\n'], "": []})
def test_equal_values_are_packed_as_they_are_spelt(value: object) -> None:
    assert unsqueeze(packed(value)) == to_json(value).encode()
