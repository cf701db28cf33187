"""Faults of what people write: in our words, at their place, with the name that was meant."""

import json

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from schemas.criteria import Criteria, CriteriaRecord
from schemas.faults import faults, first_fault, meant, nearest
from schemas.match import Matches
from schemas.posting import Posting
from schemas.raw import RawPosting
from services.ingest.mapping.settings import MappingSettings
from services.notifier.importing import criteria_of
from services.settings import Settings

MODELS: tuple[type[BaseModel], ...] = (
    Criteria,
    CriteriaRecord,
    MappingSettings,
    Matches,
    Posting,
    RawPosting,
    Settings,
)
ON_THE_WIRE: tuple[type[BaseModel], ...] = (Criteria, CriteriaRecord, Matches, Posting, RawPosting)
PYDANTIC = ("Input should", "Field required", "Value error", "Extra inputs", "String should", "Unable to", "a valid ")
OTHERWISE = "it cannot be used here"

WRITTEN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["1", "1.5", "x", "2026-01-01", "90s", "http://a.example", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "name", "A B", "key"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def tables(draw: st.DrawFn, model: type[BaseModel]) -> dict[str, object]:
    """Some fields of a model, each with anything, or with a table of its own of that kind."""
    table: dict[str, object] = {}
    for name in draw(st.lists(st.sampled_from(list(model.model_fields)), max_size=4, unique=True)):
        kind = model.model_fields[name].annotation
        inner = tables(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else WRITTEN
        table[name] = draw(inner | WRITTEN)
    return table


def _require_our_words(error: ValidationError, model: type[BaseModel]) -> None:
    for fault in faults(error, model):
        assert not any(words in fault.said for words in PYDANTIC), fault
        assert fault.said != OTHERWISE, (fault, error)
        assert "\n" not in fault.said
        assert not any("[" in str(part) or "-" in str(part) for part in fault.place), fault


@given(data=st.data())
def test_whatever_is_written_the_fault_is_said_in_our_words(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(MODELS))
    table = data.draw(tables(model))
    try:
        model.model_validate(table)
    except ValidationError as error:
        _require_our_words(error, model)
    else:
        reject()  # where hardly anything that is written is at fault, this is told


@given(data=st.data())
def test_of_json_from_the_wire_too(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(ON_THE_WIRE))
    text = data.draw(st.binary(max_size=30) | tables(model).map(lambda table: json.dumps(table).encode()))
    try:
        model.model_validate_json(text)
    except ValidationError as error:
        _require_our_words(error, model)
    else:
        reject()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"tick_every_s": "soon"}, "tick_every_s: it must be a number"),
        ({"tick_every_s": 0}, "tick_every_s: it must be above 0.0"),
        ({"ingest": {"attempts": 2.5}}, "ingest.attempts: it must be a whole number"),
        ({"ingest": []}, "ingest: it must be a table of named fields, not a list"),
        ({"kafka": {"bootstrap": 9092}}, "kafka.bootstrap: it must be a list, not a number"),
        ({"kafka": {"bootstrap": ["a:1", 7]}}, "kafka.bootstrap.1: it must be text, not a number"),
        ({"mail": {"mailer": "smpt"}}, "mail.mailer: it must be 'folder', 'smtp' or 'sendgrid'"),
        ({"mail": {"smtp": {"prot": 25}}}, "mail.smtp.prot: there is no such setting; did you mean port?"),
        (
            {"ingest": {"push": {"keys": {"a": {"sorce": "x"}}}}},
            "ingest.push.keys.a.source: it is needed",
        ),
        ({"ingest": {"sources": [{"name": "a", "url": "b", "evry": "1h"}]}}, "ingest.sources.0.evry: there is no such"),
        ({"ingest": {"sources": [{"name": "A b", "url": "b"}]}}, "ingest.sources.0.name: a name holds a to z"),
        ({"ingest": {"mappings": {"A b": {}}}}, "ingest.mappings.A b: a name holds a to z"),
        ({"kafka": {"prefix": "a b"}}, "kafka.prefix: it holds letters, digits"),
        ({"zzzzzzzz": 1}, "zzzzzzzz: there is no such setting; there are data, log_level"),
    ],
)
def test_a_fault_has_its_place_and_its_sentence(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(table)
    assert str(first_fault(refused.value, Settings)).startswith(sentence)


def test_an_unknown_field_within_lists_and_tables_has_its_nearest() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"ingest": {"sources": [{"name": "a", "url": "b", "evry": "1h"}]}})
    assert first_fault(refused.value, Settings).said == "there is no such setting; did you mean every?"
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"ingest": {"push": {"keys": {"a": {"source": "x", "key_fromm": "A"}}}}})
    assert first_fault(refused.value, Settings).said == "there is no such setting; did you mean key_from?"


def test_what_was_written_is_never_said() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"mail": {"smtp": {"port": "hunter2"}, "sendgrid": {"api_key": ["hunter2"]}}})
    assert "hunter2" not in " ".join(map(str, faults(refused.value, Settings)))


def test_criteria_are_refused_in_our_words() -> None:
    with pytest.raises(ValueError, match=r"criteria.salary_floor.amount: it must be a whole number$"):
        criteria_of({"salary_floor": {"amount": "lots", "currency": "EUR"}})


def test_nothing_is_meant_by_a_name_that_is_like_none() -> None:
    assert nearest("MIAL", ["mail", "kafka"]) == "mail"
    assert nearest("qqq", ["mail", "kafka"]) is None
    assert meant("qqq", ["mail", "kafka"]) == "there are mail, kafka"
