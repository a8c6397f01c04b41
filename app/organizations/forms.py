"""What an organization types about itself."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    SelectChoice,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from app.base.words.text import whole_or_nothing
from app.organizations.actions import Details
from app.organizations.kinds import TITLES
from app.organizations.models import Organization, OrganizationKind
from app.organizations.names import has_link, mended, why_not
from app.organizations.queries import municipalities
from app.web import fields

SITE = re.compile(r"https?://[^\s/@]+\.[^\s/@.]{2,}(?:[/?#]\S*)?", re.IGNORECASE)


def with_scheme(text: object) -> object:
    """«college.ru» as people write it becomes an address that can be opened."""
    return f"https://{text}" if isinstance(text, str) and text and "://" not in text else text


def web_address(_form: object, field: Field) -> None:
    if field.data and not SITE.fullmatch(field.data):
        raise ValidationError(_("This does not look like a site. Example: https://college.ru"))


class PlainName:
    """What letters and papers may call an organization."""

    def __call__(self, _form: Any, field: Field) -> None:
        if sentence := why_not(field.data or ""):
            raise ValidationError(sentence)


def organization_name(label: Any, *, required: Any, most: int, **kwargs: Any) -> StringField:
    """A line in one alphabet, without links."""
    length = Length(max=most, message=fields.too_long(most))
    return StringField(
        label,
        filters=[fields.stripped, mended_line],
        validators=[DataRequired(required), length, fields.PlainLine(), PlainName()],
        **kwargs,
    )


def mended_line(text: object) -> object:
    return mended(text) if isinstance(text, str) else text


class OrganizationForm(FlaskForm):
    kind = SelectField(
        _l("Kind"),
        choices=[
            SelectChoice("", _l("Choose")),
            *(
                SelectChoice(kind.value, title)
                for kind, title in TITLES.items()
                if kind != "ministry"
            ),
        ],
        validators=[InputRequired(_l("Choose what kind of organization this is."))],
        validate_choice=False,
    )
    name = organization_name(
        _l("Official name"),
        required=_l("Write the full name: papers show it."),
        most=400,
        description=_l("As in the charter. Certificates and lists show it."),
    )
    short_name = organization_name(
        _l("Short name"),
        required=_l("Write how people call it, for cards and lists."),
        most=200,
    )
    municipality = SelectField(_l("District or city"), validate_choice=False)
    address = fields.line(_l("Address"), most=300)
    site = StringField(
        _l("Site"),
        filters=[fields.stripped, with_scheme],
        validators=[Length(max=200, message=fields.too_long(200)), fields.PlainLine(), web_address],
    )
    phone = TelField(
        _l("Phone"),
        filters=[fields.stripped],
        validators=[Length(max=60, message=fields.too_long(60)), fields.Phone()],
    )
    email = fields.email(_l("E-mail for visitors"))
    about = TextAreaField(
        _l("About the organization"),
        filters=[fields.trimmed],
        validators=[Length(max=5000, message=fields.too_long(5000)), fields.PlainText()],
    )
    signatory_name = fields.whole_name(_l("Who signs certificates"), most=200)
    signatory_post = fields.line(_l("Their post"), most=200)

    def __init__(self, organization: Organization | None = None, **kwargs: Any) -> None:
        super().__init__(obj=organization, **kwargs)
        self.places = {str(one.id): one.short_name for one in municipalities()}
        self.municipality.choices = [("", _("The whole region")), *self.places.items()]
        if organization and organization.kind is OrganizationKind.MINISTRY:
            del self.kind  # it stays what it is
        if organization and not self.is_submitted():
            self.municipality.data = str(organization.municipality_id or "")

    def validate_municipality(self, field: SelectField) -> None:
        if field.data and field.data not in self.places:
            raise ValidationError(_("Choose a district or city from the list."))

    @property
    def details(self) -> Details:
        return Details(
            name=self.name.data,
            short_name=self.short_name.data,
            municipality_id=whole_or_nothing(self.municipality.data),
            address=self.address.data or "",
            site=self.site.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            about=self.about.data or "",
            signatory_name=self.signatory_name.data or "",
            signatory_post=self.signatory_post.data or "",
        )

    def validate_kind(self, field: SelectField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose a kind from the list."))

    @property
    def chosen_kind(self) -> OrganizationKind:
        return OrganizationKind(self.kind.data) if self.kind else OrganizationKind.MINISTRY


def without_links(_form: Any, field: Field) -> None:
    if has_link(field.data or ""):
        raise ValidationError(
            _("A reason has no links or addresses in it: it stands in letters. Describe in words.")
        )


class ReasonForm(FlaskForm):
    """Why the ministry decides so."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[fields.trimmed],
        validators=[
            DataRequired(_l("Write the reason: the organization reads it.")),
            Length(max=500, message=fields.too_long(500)),
            fields.PlainText(),
            without_links,
        ],
    )


class CloseForm(ReasonForm):
    calls_off = BooleanField(_l("Call these events off and tell everybody who has signed up"))
