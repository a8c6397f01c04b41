"""Days on which nobody works in Russia: by law, the same each year (Labour Code, art. 112).

Days off that the government moves, and those of the republic, are decided anew each year:
the organizer writes them down as exceptions.
"""

from datetime import date

DAYS = {(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}


def is_holiday(day: date) -> bool:
    return (day.month, day.day) in DAYS
