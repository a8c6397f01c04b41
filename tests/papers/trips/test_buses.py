"""Who sits where in a bus."""

import pytest

from app.base.rules import RuleBroken
from app.papers.trips.buses import (
    FEWEST_SEATS,
    MOST_SEATS,
    Bus,
    Passenger,
    bus_with,
    seated,
    usual_bus,
)

pytestmark = pytest.mark.sqlite_alone


def class_in(seats: int, pupils: int, adults: int = 2) -> Bus:
    return seated(
        [Passenger(f"Ученик {n:02}", "9А") for n in range(1, pupils + 1)],
        [Passenger(f"Взрослый {n}", is_adult=True) for n in range(1, adults + 1)],
        seats,
    )


def names(bus: Bus) -> list[str]:
    return [seat.passenger.name if seat.passenger else "" for seat in bus.seats]


@pytest.mark.parametrize("seats", range(FEWEST_SEATS, MOST_SEATS + 1))
def test_a_bus_has_as_many_seats_as_were_asked_for(seats: int) -> None:
    bus = bus_with(seats)
    assert [seat.number for seat in bus.seats] == list(range(1, seats + 1))
    assert all(len(row.left) == 2 for row in bus.rows)


@pytest.mark.parametrize("seats", range(FEWEST_SEATS, MOST_SEATS + 1, 3))
@pytest.mark.parametrize("adults", [1, 2, 5])
def test_everybody_has_one_seat_of_their_own(seats: int, adults: int) -> None:
    for pupils in {1, (seats - adults) // 2, seats - adults}:
        found = [name for name in names(class_in(seats, pupils, adults)) if name]
        assert len(found) == len(set(found)) == pupils + adults


def test_adults_sit_by_the_front_door_and_behind_the_last_pupils() -> None:
    bus = class_in(45, pupils=20)
    front, *_middle = bus.rows
    assert [one.name for seat in front.right if (one := seat.passenger)] == ["Взрослый 1"]
    used = [row for row in bus.rows if any(seat.passenger for seat in row.seats)]
    assert [s.passenger.name for s in used[-1].right if s.passenger] == ["Взрослый 2"]
    assert len(used) < len(bus.rows)  # nobody is sent to the back of an empty bus


def test_a_third_adult_sits_by_the_rear_door() -> None:
    bus = class_in(30, pupils=24, adults=3)
    [row] = [row for row in bus.rows if row.has_door]
    assert "Взрослый 3" in [seat.passenger.name for seat in row.left if seat.passenger]


def test_pupils_sit_in_pairs_by_the_alphabet() -> None:
    pairs = [
        [seat.passenger.name for seat in side if seat.passenger]
        for row in class_in(49, pupils=10).rows
        for side in row.sides
    ]
    pupils = [pair for pair in pairs if pair and "Ученик" in pair[0]]
    assert pupils == [[f"Ученик {n:02}", f"Ученик {n + 1:02}"] for n in range(1, 11, 2)]


def test_too_small_a_bus_is_refused_with_the_number_that_is_needed() -> None:
    with pytest.raises(RuleBroken, match="26.*25.*26"):
        class_in(25, pupils=24)


def test_the_usual_bus_is_the_smallest_that_has_room() -> None:
    assert [usual_bus(people) for people in (3, 18, 19, 26, 54, 70, 99)] == [
        18, 18, 20, 30, 57, 70, 70,
    ]  # fmt: skip
