"""Who sits where in a bus: adults by the doors and behind the last pupils, pupils in pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.base.rules import RuleBroken

FEWEST_SEATS, MOST_SEATS = 7, 70
USUAL = (18, 20, 25, 30, 35, 40, 45, 49, 53, 57, 60, 65, 70)  # seats of hired buses


@dataclass(frozen=True)
class Passenger:
    name: str
    about: str = ""  # «9А»; of an adult: nothing
    is_adult: bool = False


@dataclass
class Seat:
    number: int
    passenger: Passenger | None = None


@dataclass
class Row:
    """Two seats on each side of the aisle; the last row may have one in the middle as well.
    Where the rear door is there are seats on the left alone."""

    left: list[Seat]
    right: list[Seat]
    middle: Seat | None = None

    @property
    def has_door(self) -> bool:
        return not self.right

    @property
    def by_the_aisle(self) -> Seat:
        """Where an adult gets up first: on the side of the door where there are seats."""
        return self.right[0] if self.right else self.left[-1]

    @property
    def seats(self) -> list[Seat]:
        return [*self.left, *filter(None, [self.middle]), *self.right]

    @property
    def sides(self) -> list[list[Seat]]:
        return [side for side in (self.left, self.right) if side]


@dataclass
class Bus:
    rows: list[Row] = field(default_factory=list)

    @property
    def seats(self) -> list[Seat]:
        return [seat for row in self.rows for seat in row.seats]


def usual_bus(people: int) -> int:
    """The smallest usual bus into which so many go."""
    return next((seats for seats in USUAL if seats >= people), MOST_SEATS)


def bus_with(seats: int) -> Bus:
    """So many passenger seats, numbered from the front: rows of four; what does not divide
    by four is a last row of five or the pair beside the rear door, or both."""
    last_is_five = seats % 4 in (1, 3)
    has_pair = seats % 4 in (2, 3)
    full = (seats - 5 * last_is_five - 2 * has_pair) // 4
    numbers = iter(range(1, seats + 1))
    rows = [row_of(numbers, 4) for _row in range((full + 1) // 2)]
    if has_pair:
        rows.append(row_of(numbers, 2))
    rows += [row_of(numbers, 4) for _row in range(full - (full + 1) // 2)]
    if last_is_five:
        rows.append(row_of(numbers, 5))
    return Bus(rows)


def row_of(numbers: Iterator[int], count: int) -> Row:
    seats = [Seat(next(numbers)) for _seat in range(count)]
    return Row(seats[:2], seats[-2:] if count > 2 else [], seats[2] if count == 5 else None)


def seated(pupils: Sequence[Passenger], adults: Sequence[Passenger], seats: int) -> Bus:
    """A bus with everybody in it; a sentence where they do not go in."""
    people = len(pupils) + len(adults)
    if people > seats:
        raise RuleBroken(
            _(
                "There are %(people)s people and %(seats)s seats. Take a bus with at least "
                "%(people)s seats, or divide the class between two buses.",
                people=people,
                seats=seats,
            )
        )
    bus = bus_with(seats)
    rows = rows_needed(bus, len(pupils), len(adults))
    for adult, seat in zip(adults, seats_of_adults(rows, len(adults)), strict=True):
        seat.passenger = adult
    for pupil, seat in zip(pupils, seats_of_pupils(bus, rows), strict=False):
        seat.passenger = pupil
    return bus


def rows_needed(bus: Bus, pupils: int, adults: int) -> list[Row]:
    """The rows from the front that are used: an adult then has two seats, for bags as well,
    and the last adult sits right behind the pupils."""
    needed = pupils + pupils % 2 + 2 * adults
    room = 0
    for count, row in enumerate(bus.rows, start=1):
        room += sum(map(len, row.sides))
        if room >= needed:
            return bus.rows[:count]
    return bus.rows


def seats_of_adults(rows: Sequence[Row], adults: int) -> list[Seat]:
    """The first by the front door, the second in the last row, the third by the rear door or
    half-way; then again from the front, wherever a seat by the aisle is left."""
    doors = [row for row in rows if row.has_door] or [rows[len(rows) // 2]]
    wanted = [row.by_the_aisle for row in (rows[0], rows[-1], *doors)]
    wanted += [side[-1] if side is row.left else side[0] for row in rows for side in row.sides]
    wanted += [seat for row in rows for seat in row.seats]
    return list({seat.number: seat for seat in wanted}.values())[:adults]


def seats_of_pupils(bus: Bus, rows: Sequence[Row]) -> list[Seat]:
    """Pairs of free seats from the front, then single ones, then the rows behind."""
    free = [side for row in rows for side in row.sides if not any(s.passenger for s in side)]
    pairs = [seat for side in free for seat in side]
    taken = {seat.number for seat in pairs}
    return pairs + [s for s in bus.seats if s.number not in taken and not s.passenger]
