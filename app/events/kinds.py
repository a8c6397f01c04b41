"""The kinds of events, as data: what each is called, what it counts for, whom it is for,
what its editor asks and which papers it offers.

A kind is a row of this table, not a class: whoever needs another adds a row and its texts
(title, ``about``) and translates them. The measure codes are those of the plan (order № 294);
a plan without the code leaves the event without a measure.
"""

import enum
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


class Part(enum.StrEnum):
    """What only some kinds are asked about, or only some offer."""

    GRADES = "grades"  # the editor asks for the grades
    COMPANIONS = "companions"  # ... for places of parents and friends
    STANDS = "stands"  # ... for the exhibitors, who are listed on the page
    HOURS = "hours"  # ... for the academic hours, which the page names
    PROJECT = "project"  # ... for the project it belongs to
    MEETINGS = "meetings"  # the checklist reminds of the meetings of a slot
    GROUPS = "groups"  # the page offers teachers to sign a class up
    SEVERAL_SLOTS = "several_slots"  # one person may book several that do not overlap


class Paper(enum.StrEnum):
    """What the room with the papers offers."""

    LIST = "list"
    POSTER = "poster"
    CONSENTS = "consents"
    CERTIFICATES = "certificates"


@dataclass(frozen=True)
class Kind:
    """``about``: one line for whoever chooses. ``measures``: the first is the usual one, the
    others are offered before the rest of the plan. ``audience``: categories by default (empty:
    everybody); ``grades``: the default range; ``companions``: places suggested."""

    code: str
    title: Any  # translated when shown
    about: Any
    measures: tuple[str, ...]
    audience: tuple[str, ...] = ()
    grades: tuple[int, int] | None = None
    companions: int = 0
    parts: frozenset[Part] = frozenset()
    papers: frozenset[Paper] = frozenset(Paper)

    @property
    def measure(self) -> str:
        return self.measures[0]

    def has(self, part: str) -> bool:
        return part in self.parts


def parts(*named: Part) -> frozenset[Part]:
    return frozenset(named)


PUPILS = ("pupil",)
STUDENTS = ("college_student",)
YOUNG = ("pupil", "college_student")
STAFF = ("teacher", "specialist")
GRADES, COMPANIONS, STANDS, HOURS = Part.GRADES, Part.COMPANIONS, Part.STANDS, Part.HOURS
PROJECT, MEETINGS, GROUPS = Part.PROJECT, Part.MEETINGS, Part.GROUPS
SEVERAL_SLOTS = Part.SEVERAL_SLOTS
# Colleagues read no posters in school corridors; a parents' meeting certifies nothing.
FOR_STAFF = frozenset(Paper) - {Paper.POSTER}
NO_CERTIFICATES = frozenset(Paper) - {Paper.CERTIFICATES}

KINDS = {
    kind.code: kind
    for kind in (
        Kind("fair", _l("Career fair"),
             _l("Colleges and employers at their stands, visitors in streams"),
             ("3.12",), PUPILS, (8, 11), 2, parts(GRADES, COMPANIONS, STANDS, GROUPS)),
        Kind("open_day", _l("Open day"),
             _l("Pupils and parents get to know a college"),
             ("3.12",), ("pupil", "parent"), (8, 11), 2, parts(GRADES, COMPANIONS, GROUPS)),
        Kind("excursion", _l("Excursion"),
             _l("A class visits a college or an enterprise"),
             ("3.12", "3.4"), PUPILS, (8, 11), 0, parts(GRADES, GROUPS)),
        Kind("trial", _l("Professional trial"),
             _l("A few people try a profession with their own hands"),
             ("4.4",), PUPILS, (6, 11), 0, parts(GRADES, GROUPS)),
        Kind("championship", _l("Championship"),
             _l("Competitors of a competence, and streams of visitors"),
             ("4.1",), (*YOUNG, "specialist"), None, 0, parts(GRADES, GROUPS)),
        Kind("preprofile_course", _l("Pre-profile course"),
             _l("Several meetings for grade 9 before choosing a profile"),
             ("4.3",), PUPILS, (9, 9), 0, parts(GRADES, MEETINGS, HOURS, GROUPS)),
        Kind("summer_shift", _l("Summer shift"),
             _l("Days of a camp, with attendance on each"),
             ("3.7",), PUPILS, (5, 10), 0, parts(GRADES, MEETINGS, GROUPS)),
        Kind("parents_meeting", _l("Parents’ meeting"),
             _l("Parents talk about their children’s choice"),
             ("3.8",), ("parent",), papers=NO_CERTIFICATES),
        Kind("project_activity", _l("Project activity"),
             _l("“Ticket to the Future”, “Proyektoria” and other national projects"),
             ("4.2",), PUPILS, (6, 11), 0, parts(GRADES, PROJECT, GROUPS)),
        Kind("internship", _l("Internship"),
             _l("College students work at an enterprise"),
             ("4.5",), STUDENTS, None, 0, parts(MEETINGS, HOURS)),
        Kind("interview_day", _l("Interview day"),
             _l("Short talks with employers, one after another"),
             ("4.6",), STUDENTS, None, 0, parts(SEVERAL_SLOTS)),
        Kind("contest", _l("Contest"),
             _l("Olympiads, contests of works and of skill"),
             ("4.7",), YOUNG, None, 0, parts(GRADES, GROUPS)),
        Kind("entrepreneurship", _l("Youth entrepreneurship"),
             _l("Quests and lessons about a business of one’s own"),
             ("4.8",), YOUNG, (8, 11), 0, parts(GRADES, GROUPS)),
        Kind("art_profi_forum", _l("Art-Profi Forum"),
             _l("Creative contests of college students about professions"),
             ("4.9",), STUDENTS),
        Kind("technopark", _l("Technopark class"),
             _l("Lessons in the laboratories of the regional technopark"),
             ("3.6",), PUPILS, (5, 11), 0, parts(GRADES, MEETINGS, HOURS, GROUPS)),
        Kind("engineering_club", _l("Engineering club"),
             _l("A club that meets the whole term"),
             ("3.9",), PUPILS, (5, 11), 0, parts(GRADES, MEETINGS, HOURS)),
        Kind("robotics_lab", _l("Robotics laboratory"),
             _l("Robotics and engineering at school, week after week"),
             ("3.10",), PUPILS, (5, 11), 0, parts(GRADES, MEETINGS, HOURS)),
        Kind("work_placement", _l("Work placement"),
             _l("Pupils work for a period: a slot for each period"),
             ("3.11",), PUPILS, (8, 11), 0, parts(GRADES, MEETINGS)),
        Kind("staff_course", _l("Staff course"),
             _l("Teachers study career guidance, with hours"),
             ("2.1", "2.2"), ("teacher",), None, 0, parts(MEETINGS, HOURS), FOR_STAFF),
        Kind("conference", _l("Conference"),
             _l("Teachers and specialists share their experience"),
             ("2.4",), STAFF, papers=FOR_STAFF),
    )
}  # fmt: skip

# Of the national projects of measure 4.2, as they call themselves.
PROJECTS = {
    "bilet": _l("Ticket to the Future"),
    "proektoria": _l("Proyektoria"),
    "lessons_today": _l("Lessons of the Present"),
    "zasoboy": _l("ZaSoboy"),
}
