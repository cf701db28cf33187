"""What of strangers' JSON is taken, and in which words the rest is refused."""

import pytest

from services.runtime.strict_json import MOST_DEPTH, RefusedValueError, clean, parse, read_value, reason_of


@pytest.mark.parametrize(
    ("text", "why", "code", "key"),
    [
        ('{"pay": NaN}', '"pay" is NaN, which is no number', "not_a_number", "pay"),
        ('{"pay": [1, -Infinity]}', '"pay" is -Infinity, which is no number', "not_a_number", "pay"),
        ('{"a": {"pay": 1e999}}', '"pay" is a number beyond all bounds (1e999)', "number_too_large", "pay"),
        ('{"id": ' + "9" * 4_000 + "}", '"id" is a number of 4,000 digits', "number_too_long", "id"),
        ('{"title": "Cook", "title": "Baker"}', 'the value has the key "title" twice', "key_twice", "title"),
        ('{"title": "Cook", "title": "Cook"}', 'the value has the key "title" twice', "key_twice", "title"),
        ('[{"job": {"id": 1, "id": 2}}]', '"job" has the key "id" twice', "key_twice", "id"),
        ("NaN", "the value is NaN, which is no number", "not_a_number", None),
        ("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1), "nested deeper than 32", "too_deep", None),
        ("[" * 100_000, "nested deeper than 32", "too_deep", None),
    ],
)
def test_what_means_nothing_certain_is_refused_by_its_name(text: str, why: str, code: str, key: str | None) -> None:
    with pytest.raises(RefusedValueError) as refused:
        read_value(text)
    assert (reason_of(refused.value), refused.value.code, refused.value.key) == (why, code, key)


def test_where_what_is_refused_ends_is_known() -> None:
    with pytest.raises(RefusedValueError) as refused:
        read_value('[{"a": NaN}, {"a": 1}]', 1)
    assert refused.value.end == len('[{"a": NaN}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12345678901234567890", "12345678901234567890"),
        ("-7", -7),
        ("1.5e3", 1500.0),
        ('"a\tb\\u0000"', "a\tb�"),
        (r'{"a\ud800": "x\udfffy"}', {"a�": "x�y"}),
    ],
)
def test_what_can_mean_one_thing_alone_is_taken(text: str, value: object) -> None:
    assert read_value(text + " and more") == (value, len(text))


def test_of_many_values_one_that_is_refused_costs_only_itself() -> None:
    (bad, good), _ = parse('[{"pay": NaN}, {"pay": 1}]')
    assert clean(good) == {"pay": 1}
    with pytest.raises(RefusedValueError, match='"pay" is NaN'):
        clean(bad)
