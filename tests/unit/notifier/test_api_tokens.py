"""A token is known by prefix and checksum, and no two are alike."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.api_tokens import CHANCE_BYTES, is_token, token_of

CHANCE = st.binary(min_size=CHANCE_BYTES, max_size=CHANCE_BYTES)


@given(CHANCE)
def test_a_token_has_the_shape_that_scanners_look_for(chance: bytes) -> None:
    assert re.fullmatch("jobchime_[0-9A-Za-z]{39}", token_of(chance))
    assert is_token(token_of(chance))


@given(CHANCE, CHANCE)
def test_tokens_of_other_chance_are_others(chance: bytes, other: bytes) -> None:
    assert (token_of(chance) == token_of(other)) == (chance == other)


@given(CHANCE, st.integers(9, 47), st.sampled_from("0aZé\0_"))
def test_a_slip_of_one_character_is_seen(chance: bytes, at: int, other: str) -> None:
    token = token_of(chance)
    changed = token[:at] + other + token[at + 1 :]
    assert is_token(changed) == (changed == token)


@given(st.text(max_size=60))
def test_whatever_else_is_no_token(text: str) -> None:
    assert not is_token(text)
