"""What the ministry should look at twice before it approves: reasons to ask, not to refuse."""

from collections.abc import Sequence

from flask_babel import gettext as _

from app.organizations.likeness import Named, resembling, resembling_changes
from app.organizations.models import Organization, OrganizationChange
from app.organizations.names import authority_words

MOST_NAMED = 5


def warnings_of(things: Sequence[Organization | OrganizationChange]) -> dict[int, list[str]]:
    """Sentences about each of them, by its id: what is told here stands on the approvals."""
    alike = resembling([thing for thing in things if isinstance(thing, Organization)])
    wanted = [thing for thing in things if isinstance(thing, OrganizationChange)]
    alike_then = resembling_changes(wanted)
    return {
        thing.id: [
            *about_name(thing),
            *about_others(
                alike[thing.id]
                if isinstance(thing, Organization)
                else alike_then[thing.organization_id]
            ),
        ]
        for thing in things
    }


def about_others(alike: Sequence[Named]) -> list[str]:
    if not alike:
        return []
    names = "; ".join(f"«{other.name}»" for other in alike[:MOST_NAMED])
    return [_("Called alike: %(names)s. Ask which of them it is before you approve.", names=names)]


def about_name(thing: Organization | OrganizationChange) -> list[str]:
    words = authority_words([thing.name, thing.short_name])
    if not words:
        return []
    return [
        _("The name sounds like an authority: %(words)s. Call the authority itself before you "
          "approve.", words=", ".join(f"«{word}»" for word in words))
    ]  # fmt: skip
