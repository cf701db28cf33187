"""Where one must be for a job."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.posting import Reach, Workplace
from services.rules.seat import Seat, seat_of

NOWHERE_SAID = Reach()
GERMANY = Reach(scope="listed", countries=("DE",))


def seated(*locations: str, workplace: Workplace = "onsite", title: str = "Nurse", reach: Reach = NOWHERE_SAID) -> Seat:
    return seat_of(title, workplace, reach, locations)


@pytest.mark.parametrize(
    "location",
    [
        "Leipzig",
        "Leipzig, Germany",
        "leipzig, Sachsen, Germany",
        "Leipzig Office",
        "Germany, Leipzig",
        "Office (Leipzig)",
    ],
)
def test_a_town_is_one_however_its_field_is_written(location: str) -> None:
    assert seated(location).towns == seated("Leipzig").towns
    assert len(seated(location).towns) == 1


@pytest.mark.parametrize(
    "location", ["Germany", "DE", "Remote", "Anywhere in Germany", "Headquarters", "Acme Germany", ""]
)
def test_what_names_no_town_gives_none(location: str) -> None:
    assert seated(location).towns == frozenset()


def test_two_towns_exclude_each_other_unless_one_is_shared() -> None:
    assert seated("Leipzig").excludes(seated("Halle"))
    assert not seated("Leipzig", "Halle").excludes(seated("Halle"))
    assert seated("Leipzig", "Halle").shares_a_town(seated("Halle"))


def test_from_home_is_not_at_a_site_but_from_anywhere_that_another_copy_lists() -> None:
    home = seated("Leipzig", workplace="remote")
    assert home.excludes(seated("Leipzig"))
    assert not home.excludes(seated("Porto", workplace="remote"))


def test_who_sells_from_home_in_one_town_is_of_that_town() -> None:
    sells = {"workplace": "remote", "title": "Account Executive"}
    assert seat_of(reach=NOWHERE_SAID, locations=["Remote (Leipzig)"], **sells).excludes(
        seat_of(reach=NOWHERE_SAID, locations=["Remote (Halle)"], **sells)
    )
    batch = seat_of(reach=NOWHERE_SAID, locations=["Halle", "Leipzig"], **sells)
    assert batch == Seat(remote=True)


def test_who_sells_in_several_countries_is_of_no_town_in_one_of_them() -> None:
    wide = Reach(scope="listed", countries=("DE", "CN"))
    assert seated("Berlin", workplace="remote", title="Sales Manager", reach=wide) == Seat(remote=True)
    assert seated("Berlin", workplace="remote", title="Sales Manager", reach=GERMANY) != Seat(remote=True)


def test_a_town_outside_the_reach_is_no_seat_but_where_the_job_is_advertised() -> None:
    luxembourg = Reach(scope="listed", countries=("LU",))
    assert seated("Warsaw, Poland", workplace="hybrid", reach=luxembourg) == Seat(countries=frozenset({"LU"}))
    assert seated("Leipzig, Germany", workplace="hybrid", reach=GERMANY).towns == seated("Leipzig").towns
    assert seated("Nowhereville", workplace="hybrid", reach=luxembourg).towns


def test_countries_tell_sites_apart_where_no_town_is_named() -> None:
    france = Reach(scope="listed", countries=("FR",))
    assert seated(reach=GERMANY).excludes(seated(reach=france))
    # An unstated workplace with a country alone is often a board's copy of a remote job.
    assert not seated(workplace="unknown", reach=GERMANY).excludes(seated(workplace="unknown", reach=france))


def test_what_is_not_stated_excludes_nothing() -> None:
    assert not Seat().excludes(seated("Leipzig"))
    assert not Seat().excludes(Seat(remote=True))


seats = st.builds(
    Seat,
    st.just(False),
    st.frozensets(st.text("0123456789abcdef", min_size=4, max_size=4), max_size=8),
    st.frozensets(st.sampled_from(["DE", "FR", "US"])),
) | st.just(Seat(remote=True))


@given(seats, seats)
def test_a_seat_reads_back_and_excludes_both_ways(seat: Seat, other: Seat) -> None:
    assert Seat.of(str(seat)) == seat
    assert "-" not in str(seat)
    assert seat.excludes(other) == other.excludes(seat)
    assert not seat.excludes(seat)


@given(st.text(max_size=60))
def test_any_text_is_read_as_a_seat_that_reads_back(text: str) -> None:
    for seat in (Seat.of(text), seated(text)):
        assert Seat.of(str(seat)) == seat
