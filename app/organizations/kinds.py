"""The kinds of organizations: what each is called, and its place in lists."""

import re

from flask_babel import lazy_gettext as _l

from app.organizations.models import OrganizationKind, Role

# In the order of the list: colleges first, they publish most.
TITLES = {
    OrganizationKind.COLLEGE: _l("College"),
    OrganizationKind.UNIVERSITY: _l("University"),
    OrganizationKind.SCHOOL: _l("School"),
    OrganizationKind.TECHNOPARK: _l("Technopark"),
    OrganizationKind.ADDITIONAL_EDUCATION: _l("Additional education"),
    OrganizationKind.EMPLOYER: _l("Employer"),
    OrganizationKind.EMPLOYMENT_CENTRE: _l("Employment centre"),
    OrganizationKind.TEACHER_TRAINING: _l("Teacher training"),
    OrganizationKind.PUBLIC_ORGANIZATION: _l("Public organization"),
    OrganizationKind.MUNICIPAL_AUTHORITY: _l("Municipal education authority"),
    OrganizationKind.MINISTRY: _l("Ministry of education"),
}
# What the names of organizations give away, looked for in this order.
WORDS = (
    (r"повышения квалификации", OrganizationKind.TEACHER_TRAINING),
    (r"центр\w* занятости", OrganizationKind.EMPLOYMENT_CENTRE),
    (r"технопарк|кванториум|it-куб", OrganizationKind.TECHNOPARK),
    (
        r"региональный центр|опережающей .*подготовки|творчества",
        OrganizationKind.ADDITIONAL_EDUCATION,
    ),
)


def kind_of_name(name: str) -> OrganizationKind:
    """What kind an organization of this name is: for lists that do not say it."""
    found = (kind for words, kind in WORDS if re.search(words, name.casefold()))
    return next(found, OrganizationKind.PUBLIC_ORGANIZATION)


# What each role does, as people read it.
ROLES = {
    Role.ADMIN: _l("Administrator: everything, and invites others"),
    Role.ORGANIZER: _l("Organizer: events and the people in them"),
    Role.DOOR: _l("Door: marks who came, nothing else"),
    Role.TEACHER: _l("Teacher: own classes"),
    Role.EXPERT: _l("Expert"),
    Role.VIEWER: _l("Viewer"),
}
