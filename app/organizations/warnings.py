"""What the ministry should look at twice before it approves: reasons to ask, not to refuse."""

from collections.abc import Sequence

from flask_babel import gettext as _

from app.organizations.models import Organization, OrganizationChange
from app.organizations.names import authority_words


def warnings_of(things: Sequence[Organization | OrganizationChange]) -> dict[int, list[str]]:
    """Sentences about each of them, by its id: what is told here stands on the approvals."""
    return {thing.id: [*about_name(thing)] for thing in things}


def about_name(thing: Organization | OrganizationChange) -> list[str]:
    words = authority_words([thing.name, thing.short_name])
    if not words:
        return []
    return [
        _("The name sounds like an authority: %(words)s. Call the authority itself before you "
          "approve.", words=", ".join(f"«{word}»" for word in words))
    ]  # fmt: skip
