"""The kinds of events, as data: what each is called, what it counts for, whom it is for.

A kind is a row of this table, not a class; the measure codes are those of the plan
(order № 294). A plan without the code leaves the event without a measure.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Kind:
    """``audience``: categories by default (empty: everybody); ``grades``: the default
    range; ``companions``: whether the editor offers places for companions."""

    code: str
    title: Any  # translated when shown
    measure: str
    audience: tuple[str, ...] = ()
    grades: tuple[int, int] | None = None
    companions: bool = False


PUPILS = ("pupil",)
YOUNG = ("pupil", "college_student")
STAFF = ("teacher", "specialist")

KINDS = {
    kind.code: kind
    for kind in (
        Kind("fair", _l("Career fair"), "3.12", PUPILS, (8, 11), companions=True),
        Kind("open_day", _l("Open day"), "3.12", ("pupil", "parent"), (8, 11), companions=True),
        Kind("excursion", _l("Excursion"), "3.12", PUPILS, (8, 11)),
        Kind("trial", _l("Professional trial"), "4.4", PUPILS, (6, 11)),
        Kind("championship", _l("Championship"), "4.1", (*YOUNG, "specialist")),
        Kind("preprofile_course", _l("Pre-profile course"), "4.3", PUPILS, (9, 9)),
        Kind("summer_shift", _l("Summer shift"), "3.7", PUPILS, (5, 10)),
        Kind("parents_meeting", _l("Parents’ meeting"), "3.8", ("parent",)),
        Kind("project_activity", _l("Project activity"), "4.2", PUPILS, (6, 11)),
        Kind("internship", _l("Internship"), "4.5", ("college_student",)),
        Kind("interview_day", _l("Interview day"), "4.6", ("college_student",)),
        Kind("contest", _l("Contest"), "4.7", YOUNG),
        Kind("entrepreneurship", _l("Youth entrepreneurship"), "4.8", YOUNG, (8, 11)),
        Kind("art_profi_forum", _l("Art-Profi Forum"), "4.9", ("college_student",)),
        Kind("technopark", _l("Technopark class"), "3.6", PUPILS, (5, 11)),
        Kind("engineering_club", _l("Engineering club"), "3.9", PUPILS, (5, 11)),
        Kind("robotics_lab", _l("Robotics laboratory"), "3.10", PUPILS, (5, 11)),
        Kind("work_placement", _l("Work placement"), "3.11", PUPILS, (8, 11)),
        Kind("staff_course", _l("Staff course"), "2.1", ("teacher",)),
        Kind("conference", _l("Conference"), "2.4", STAFF),
    )
}
