"""Whom an organization invites."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField

from app.organizations.kinds import ROLES
from app.organizations.members.actions import roles_in
from app.organizations.models import Organization, Role
from app.web import fields


class InviteForm(FlaskForm):
    email = fields.email(_l("E-mail"), required=_l("Write the e-mail of whoever you invite."))
    role = SelectField(_l("What they will do"))

    def __init__(self, organization: Organization) -> None:
        super().__init__()
        self.role.choices = [
            SelectChoice(role.value, str(ROLES[role])) for role in reversed(roles_in(organization))
        ]

    @property
    def chosen_role(self) -> Role:
        return Role(self.role.data)
