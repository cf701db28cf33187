"""Of few mails, too, it is told rightly whether they arrive: a small board has no others."""

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.figures.arriving import FEW, LEAST, MUCH, NOT_ARRIVED, Arriving, EventCounts

REFUSED = st.dictionaries(st.sampled_from(NOT_ARRIVED), st.integers(1, 12))


@st.composite
def event_counts(draw: st.DrawFn) -> EventCounts:
    """Mails of which some have no end yet."""
    refused = draw(REFUSED)
    delivered, on_their_way = draw(st.integers(0, 40)), draw(st.integers(0, 40))
    mails = sum(refused.values())
    missed = draw(st.integers(1, mails)) if mails else 0
    kinds = refused | ({"delivered": delivered} if delivered else {})
    return EventCounts(mails + delivered + on_their_way, kinds, missed=missed)


@given(event_counts())
def test_all_refused_to_two_readers_is_a_failure_however_few(counts: EventCounts) -> None:
    failing = {kind for kind, mails in Arriving(counts).failing.items() if mails}
    if "delivered" not in counts.kinds and counts.missed >= FEW:
        assert failing == counts.kinds.keys()


@given(event_counts())
def test_once_one_arrives_it_takes_a_share_and_three_of_a_kind(counts: EventCounts) -> None:
    if "delivered" not in counts.kinds:
        return
    failing = {kind for kind, mails in Arriving(counts).failing.items() if mails}
    assert failing == {
        kind for kind in NOT_ARRIVED if counts.kinds.get(kind, 0) >= LEAST and counts.kinds[kind] > MUCH * counts.of
    }


@given(st.sampled_from(NOT_ARRIVED), st.integers(1, LEAST - 1))
def test_one_reader_who_misses_one_or_two_is_none(kind: str, mails: int) -> None:
    assert not Arriving(EventCounts(mails, {kind: mails}, missed=1)).much(kind)


@given(event_counts(), st.sampled_from(NOT_ARRIVED))
def test_one_refused_mail_more_makes_no_failure_of_few_well(counts: EventCounts, kind: str) -> None:
    more = counts.kinds | {kind: counts.kinds.get(kind, 0) + 1}
    worse = EventCounts(counts.of, more, missed=counts.missed + 1)
    before, after = Arriving(counts), Arriving(worse)
    assert all(after.much(outcome) for outcome in NOT_ARRIVED if before.much(outcome))


@given(st.integers(0, 60), st.integers(0, 60))
def test_mails_put_off_or_without_an_end_are_a_failure_where_all_are(some: int, others: int) -> None:
    put_off = Arriving(put_off=some, told_day=EventCounts(some + others))
    no_end = Arriving(unended=some, ended=others)
    expected = (some >= LEAST and some > MUCH * (some + others)) or (some >= FEW and not others)
    assert put_off.much_is_put_off == expected
    assert no_end.much_has_no_end == expected
