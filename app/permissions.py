"""Who may do what. One line per action; any rule that holds opens the door.

Powers follow approval, not membership: ``memberships()`` are those of organizations that may
act. The few rules of those still waiting ask ``preparing()`` and say so.
"""

from collections.abc import Callable
from typing import Any

from flask import abort, g
from flask_login import current_user

from app.events.about.halted import tell_its_people
from app.events.models import Event, EventStatus
from app.events.queries import event_by_slug
from app.events.staff.models import StaffRole
from app.events.staff.queries import Remit, roles_of
from app.events.templates.models import EventTemplate
from app.organizations.models import Membership, Organization, OrganizationKind, Role, State
from app.organizations.queries import memberships_of, organization_by_slug
from app.people.models import SchoolClass
from app.registrations.groups.queries import classes_in, classes_of, group_by_code
from app.registrations.models import Group
from app.web.pages import found_or_404

Rule = Callable[[Any], bool]


def preparing() -> list[Membership]:
    """All of the visitor's memberships, also of organizations that wait for their approval
    and of those that lost it: for the rules that let these draft and say who they are."""
    if not current_user.is_authenticated:
        return []
    if "memberships" not in g:
        g.memberships = memberships_of(current_user)
    kept: list[Membership] = g.memberships
    return kept


def memberships() -> list[Membership]:
    """Those that give power: of approved organizations alone."""
    return [one for one in preparing() if one.organization.is_approved]


def staff_roles() -> dict[int, StaffRole]:
    """The visitor's roles at single events, read once in a request."""
    if not current_user.is_authenticated:
        return {}
    if "staff_roles" not in g:
        g.staff_roles = roles_of(current_user)
    kept: dict[int, StaffRole] = g.staff_roles
    return kept


def has_role(organization_id: int, *roles: Role) -> bool:
    return any(m.organization_id == organization_id and m.role in roles for m in memberships())


def prepares(organization_id: int, *roles: Role) -> bool:
    return any(m.organization_id == organization_id and m.role in roles for m in preparing())


def administers_site(_thing: object) -> bool:
    return any(
        m.role is Role.ADMIN and m.organization.kind is OrganizationKind.MINISTRY
        for m in memberships()
    )


def administers_it(organization: Organization) -> bool:
    return has_role(organization.id, Role.ADMIN)


def administers_somewhere(_thing: object) -> bool:
    return bool(reach(Role.ADMIN))


def is_known(organization: Organization) -> bool:
    """Also while it is suspended: people hold its tickets and certificates."""
    return organization.state in (State.APPROVED, State.SUSPENDED)


# Before approval: an organization looks at itself, says who it is, and drafts.


def belongs_to_it(organization: Organization) -> bool:
    return prepares(organization.id, *Role)


def describes_it(organization: Organization) -> bool:
    return prepares(organization.id, Role.ADMIN)


def drafts_there(organization: Organization) -> bool:
    return prepares(organization.id, Role.ADMIN, Role.ORGANIZER)


def drafts_it(event: Event) -> bool:
    return event.status is EventStatus.DRAFT and prepares(
        event.organization_id, Role.ADMIN, Role.ORGANIZER
    )


def drafts_somewhere(_thing: object) -> bool:
    return any(m.role in (Role.ADMIN, Role.ORGANIZER) for m in preparing())


def is_offered_to_drafters(template: EventTemplate) -> bool:
    return template.is_for_everybody and drafts_somewhere(template)


# With approval


def organizes_there(organization: Organization) -> bool:
    return has_role(organization.id, Role.ADMIN, Role.ORGANIZER)


def organizes_its_owner(template: EventTemplate) -> bool:
    return organizes_there(template.organization)


def organizes_it(event: Event) -> bool:
    return has_role(event.organization_id, Role.ADMIN, Role.ORGANIZER)


def stands_at_its_door(event: Event) -> bool:
    return has_role(event.organization_id, Role.DOOR)


def helps_organize_it(event: Event) -> bool:
    """A colleague of another organization, added to this event."""
    return staff_roles().get(event.id) is StaffRole.ORGANIZER


def helps_at_its_door(event: Event) -> bool:
    return event.id in staff_roles()


def helps_somewhere(_thing: object) -> bool:
    return bool(staff_roles())


def is_published(event: Event) -> bool:
    return event.is_public


def organizes_somewhere(_thing: object) -> bool:
    return any(m.role in (Role.ADMIN, Role.ORGANIZER) for m in memberships())


def teaches_somewhere(_thing: object) -> bool:
    return bool(own_schools())


def coordinates_there(school: Organization) -> bool:
    return is_school(school) and has_role(school.id, *COORDINATORS)


def teaches_there(school: Organization) -> bool:
    return is_school(school) and has_role(school.id, *COORDINATORS, Role.TEACHER)


def is_school(organization: Organization) -> bool:
    return organization.kind is OrganizationKind.SCHOOL


def coordinates_its_school(class_: SchoolClass) -> bool:
    return coordinates_there(class_.school)


def teaches_it(class_: SchoolClass) -> bool:
    """Its own teacher; a class without one is open to every teacher of the school."""
    return class_.teacher_id in (None, current_user.id) and teaches_there(class_.school)


def made_it_there(thing: tuple[Group, list[SchoolClass]]) -> bool:
    group, _classes = thing
    return group.made_by_id == current_user.id and teaches_there(group.school)


def coordinates_its_school_of_group(thing: tuple[Group, list[SchoolClass]]) -> bool:
    return coordinates_there(thing[0].school)


def teaches_its_class(thing: tuple[Group, list[SchoolClass]]) -> bool:
    group, classes = thing
    return any(one.school_id == group.school_id and teaches_it(one) for one in classes)


def works_at_doors(_thing: object) -> bool:
    return any(m.role is Role.DOOR for m in memberships())


def helps_organize_somewhere(_thing: object) -> bool:
    return StaffRole.ORGANIZER in staff_roles().values()


COORDINATORS = (Role.ADMIN, Role.ORGANIZER)  # of a school: all its classes

RULES: dict[str, list[Rule]] = {
    "site.administer": [administers_site],
    "audit.see": [administers_site, administers_somewhere],  # each their own
    "desk.open": [drafts_somewhere, works_at_doors, helps_somewhere],
    "organization.see": [is_known, belongs_to_it, administers_site],
    "organization.read": [belongs_to_it, administers_site],
    "organization.edit": [describes_it],
    "organization.staff": [administers_it, administers_site],  # the ministry lets the first in
    "design.manage": [organizes_there],  # thing: the organization
    "event.create_somewhere": [drafts_somewhere],
    "event.create": [drafts_there],  # thing: the organization
    "template.use": [organizes_its_owner, is_offered_to_drafters],
    "template.manage": [organizes_its_owner],
    "template.save": [organizes_there],  # thing: the organization
    "series.edit": [organizes_there],  # thing: the organization
    "event.see": [is_published, organizes_it, helps_organize_it, drafts_it],
    "event.manage": [organizes_it, helps_organize_it, drafts_it],
    "event.see_people": [organizes_it, helps_organize_it],
    "event.write": [organizes_it, helps_organize_it],  # letters to its people
    "event.see_absences": [organizes_it],  # of the organization’s own people alone
    "event.check_in": [organizes_it, stands_at_its_door, helps_at_its_door],
    "event.print": [organizes_it, helps_organize_it],
    # Its own organization's alone: what ends it, and who else is let in.
    "event.call_off": [organizes_it],
    "event.staff": [organizes_it],
    "slot.call_off": [organizes_it],  # thing: the event
    "certificate.revoke": [organizes_it],  # thing: the event
    "calendar.see": [organizes_somewhere, helps_organize_somewhere],
    "school.open": [teaches_somewhere],
    "school.coordinate": [coordinates_there],  # thing: the school
    "school.teach": [teaches_there],  # thing: the school
    "class.see": [coordinates_its_school, teaches_it],
    # thing: the group and the classes of its pupils
    "group.see": [made_it_there, coordinates_its_school_of_group, teaches_its_class],
}


def can(action: str, thing: object = None) -> bool:
    return any(rule(thing) for rule in RULES[action])


def authorize(action: str, thing: object = None) -> None:
    """Hide what the visitor may not touch: 404, never 403."""
    if not can(action, thing):
        tell_its_people(thing, belongs_to_it)
        abort(404)


def event_for(action: str, slug: str) -> Event:
    """The event of this address, if the visitor may do that to it; else 404."""
    event = found_or_404(event_by_slug(slug))
    authorize(action, event)
    return event


def organization_for(action: str, slug: str) -> Organization:
    """The organization of this address, if the visitor may do that there; else 404."""
    organization = found_or_404(organization_by_slug(slug))
    authorize(action, organization)
    return organization


def group_for(code: str) -> Group:
    """The class that was signed up, if the visitor sees it; else 404."""
    authorize("school.open")
    group = found_or_404(group_by_code(code))
    authorize("group.see", (group, classes_of([group])[group.id]))
    return group


def reach(*roles: Role) -> list[Organization]:
    """The organizations for which the visitor acts in one of the roles, by name."""
    return organizations_in(memberships(), roles)


def drafting() -> list[Organization]:
    """Those for which the visitor may write drafts, also before approval, by name."""
    return organizations_in(preparing(), (Role.ADMIN, Role.ORGANIZER))


def described() -> list[Organization]:
    """Those of which the visitor says who they are, also before approval, by name."""
    return organizations_in(preparing(), (Role.ADMIN,))


def organizations_in(given: list[Membership], roles: tuple[Role, ...]) -> list[Organization]:
    found = {m.organization_id: m.organization for m in given if m.role in roles}
    return sorted(found.values(), key=lambda organization: organization.sort_key)


def organized() -> Remit:
    """The events that the visitor organizes: of their organizations, and single ones; of
    organizations that are not approved the drafts."""
    helped = (id_ for id_, role in staff_roles().items() if role is StaffRole.ORGANIZER)
    drafts = (one.id for one in drafting() if not one.is_approved)
    return remit_of((Role.ADMIN, Role.ORGANIZER), frozenset(helped), frozenset(drafts))


def attended() -> Remit:
    """The events at whose door the visitor may stand, those they organize too."""
    return remit_of((Role.ADMIN, Role.ORGANIZER, Role.DOOR), frozenset(staff_roles()))


def remit_of(
    roles: tuple[Role, ...], events: frozenset[int], drafts: frozenset[int] = frozenset()
) -> Remit:
    ids = (m.organization_id for m in memberships() if m.role in roles)
    return Remit(frozenset(ids), events, drafts)


def own_schools() -> list[Organization]:
    """The schools where the visitor coordinates or teaches, by name."""
    return [one for one in reach(*COORDINATORS, Role.TEACHER) if is_school(one)]


def own_classes() -> list[SchoolClass]:
    """The classes that the visitor sees, those that have left school apart."""
    return [one for one in classes_in(own_schools()) if can("class.see", one)]
