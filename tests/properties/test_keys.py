"""Packed keys: they come back as they went, and damage is noticed."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.keys import KeysError, from_text, joined, keys_of, pack, to_text, unpack, unpack_each, without

_KEYS = st.sets(st.integers(0, 2**32 - 1), max_size=300) | st.sets(st.integers(0, 400), max_size=300)


@given(_KEYS)
def test_keys_come_back_as_they_went(values: set[int]) -> None:
    keys = keys_of(values)
    assert unpack(pack(keys)).tolist() == sorted(values)
    assert from_text(to_text(keys)).tolist() == sorted(values)


@given(st.lists(_KEYS, max_size=6))
def test_several_are_unpacked_at_once_as_each_alone(many: list[set[int]]) -> None:
    keys, sizes = unpack_each([pack(keys_of(values)) for values in many])
    assert sizes.tolist() == [len(values) for values in many]
    assert keys.tolist() == [key for values in many for key in sorted(values)]


@given(st.lists(st.binary(max_size=12), max_size=5))
def test_several_are_refused_where_one_of_them_is(many: list[bytes]) -> None:
    def alone() -> list[int] | None:
        try:
            return [key for data in many for key in unpack(data).tolist()]
        except KeysError:
            return None

    try:
        found = unpack_each(many)[0].tolist()
    except KeysError:
        found = None
    assert found == alone()


@given(_KEYS, _KEYS)
def test_joined_and_without_are_union_and_difference(keys: set[int], other: set[int]) -> None:
    assert joined(keys_of(keys), keys_of(other)).tolist() == sorted(keys | other)
    assert without(keys_of(keys), keys_of(other)).tolist() == sorted(keys - other)


@given(_KEYS)
def test_every_key_costs_at_most_five_bytes_and_a_dense_one_a_single_byte(values: set[int]) -> None:
    packed = pack(keys_of(values))
    assert len(packed) <= 5 * len(values)
    first = min(values, default=0)
    dense = (
        pack(np.arange(first, first + 200, dtype=np.uint64).clip(0, 2**32 - 1).astype(np.uint32))
        if first < 2**31
        else b""
    )
    assert len(dense) <= 199 + 5


@given(st.binary(max_size=60))
def test_any_bytes_are_either_sorted_distinct_keys_or_an_error(data: bytes) -> None:
    try:
        keys = unpack(data)
    except KeysError:
        return
    assert sorted(set(keys.tolist())) == keys.tolist()


def test_unsorted_repeated_and_cut_keys_are_refused() -> None:
    for wrong in ([3, 1], [2, 2]):
        with pytest.raises(KeysError):
            pack(np.array(wrong, dtype=np.uint32))
    with pytest.raises(KeysError, match="cut short"):
        unpack(pack(keys_of([1, 2**20]))[:-1])
    with pytest.raises(KeysError, match="base64"):
        from_text("no base64!")
    with pytest.raises(KeysError, match="32 bits"):
        unpack(base64.b64decode("/////38B"))
