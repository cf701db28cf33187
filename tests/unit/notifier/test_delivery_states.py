"""The states of a delivery."""

from datetime import timedelta
from typing import get_args

import pytest

from services.notifier.domain.delivery import (
    CANCELLABLE,
    NOT_OUT,
    TRANSITIONS,
    Event,
    Outcome,
    State,
    after,
    hold_after,
    wait_after,
)
from services.notifier.domain.delivery import EVENTS as OUTCOMES

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)


def reachable(start: State, avoiding: frozenset[tuple[State, Event]] = frozenset()) -> set[State]:
    found, open_ = {start}, [start]
    while open_:
        state = open_.pop()
        for event in EVENTS:
            to = after(state, event)
            if to is not None and (state, event) not in avoiding and to not in found:
                found.add(to)
                open_.append(to)
    return found


def test_every_state_can_be_reached_and_every_event_can_happen() -> None:
    assert reachable("pending") == set(STATES)
    assert {event for _, event in TRANSITIONS} == set(EVENTS)


def test_an_expired_claim_may_be_taken_again() -> None:
    assert after("claimed", "expire") == "pending"


def test_an_expired_request_is_unknown_and_never_pending() -> None:
    assert after("sending", "expire") == "unknown"


def test_the_unknown_is_sent_again_only_once_it_is_proven_that_nothing_went_out() -> None:
    proof = frozenset({("unknown", "disprove"), ("unknown", "defer"), ("unknown", "withhold")})
    assert "pending" in reachable("unknown")
    assert reachable("unknown", avoiding=proof).isdisjoint({"pending", "claimed", "sending"})


@pytest.mark.parametrize("state", ["accepted", "delivered", "bounced", "failed", "cancelled"])
def test_what_went_out_or_was_ended_is_never_sent_again(state: State) -> None:
    assert reachable(state).isdisjoint({"pending", "claimed", "sending"})


def test_a_request_is_only_made_from_a_claim() -> None:
    assert [state for state, event in TRANSITIONS if event == "send"] == ["claimed"]


def test_nothing_on_its_way_can_be_cancelled() -> None:
    assert frozenset({"pending", "claimed", "not_sent"}) == CANCELLABLE


def test_what_counts_as_not_sent_did_not_go_out() -> None:
    assert frozenset({"failed", "not_sent", "cancelled"}) == NOT_OUT


def test_a_providers_event_that_overtakes_its_answer_is_kept() -> None:
    state = after("sending", "deliver")
    assert state == "delivered"
    assert after(state, "accept") == "delivered"


def test_the_answer_of_a_slow_worker_settles_the_unknown() -> None:
    assert after("unknown", "accept") == "accepted"


def test_what_cannot_happen_changes_nothing() -> None:
    assert after("cancelled", "accept") is None
    assert after("failed", "bounce") is None


@pytest.mark.parametrize("event", ["accept", "deliver", "bounce"])
@pytest.mark.parametrize("state", ["pending", "claimed", "sending", "unknown", "not_sent"])
def test_what_a_provider_proves_to_be_out_is_never_sent_again(state: State, event: Event) -> None:
    proven = after(state, event)
    assert proven is not None
    assert reachable(proven).isdisjoint({"pending", "claimed", "sending"})


def test_what_the_settings_withhold_counts_as_not_sent() -> None:
    assert after("sending", "withhold") in NOT_OUT


def test_what_a_provider_took_and_dropped_counts_as_not_sent() -> None:
    assert after("accepted", "drop") in NOT_OUT
    assert after("delivered", "drop") is None


def test_every_outcome_settles_the_unknown() -> None:
    settled = {outcome: after("unknown", OUTCOMES[outcome]) for outcome in get_args(Outcome)}
    assert settled == {
        "accepted": "accepted",
        "deferred": "accepted",
        "delivered": "delivered",
        "spam": "delivered",
        "bounced": "bounced",
        "dropped": "failed",
    }


def test_a_mailer_that_takes_nothing_is_left_alone_for_longer_each_time() -> None:
    assert [hold_after(runs) / timedelta(seconds=1) for runs in (1, 2, 3, 6, 50)] == [10, 20, 40, 300, 300]
    assert hold_after(1, timedelta(seconds=45)) == timedelta(seconds=45)
    assert hold_after(1, timedelta(days=1)) == timedelta(hours=1)


def test_waits_double_up_to_an_hour_unless_the_mailer_asks_for_its_own() -> None:
    waits = [wait_after(attempt) / timedelta(minutes=1) for attempt in (1, 2, 3, 6, 7, 50)]
    assert waits == [1, 2, 4, 32, 60, 60]
    assert wait_after(3, timedelta(seconds=5)) == timedelta(seconds=5)
