"""What people type into the designer of certificates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, ValidationError

from app.base.words.braces import BRACES, unknown_in
from app.certificates.design.colours import LEAST_CONTRAST, contrast_with_white, parsed
from app.certificates.design.layouts import LAYOUTS
from app.certificates.design.looks import MOST_SIGNATORIES, PLACEHOLDERS, SKY, Look, Signatory
from app.certificates.design.pictures import Use
from app.certificates.designer.actions import LONGEST_TITLE
from app.certificates.designer.picture_forms import PictureField
from app.certificates.kind_words import KINDS
from app.certificates.kinds import CertificateKind, NameCase
from app.web import fields

CASES = {
    NameCase.NOMINATIVE: _l("who: “Alexei Badmaev is awarded”"),
    NameCase.DATIVE: _l("to whom: “given to Alexei Badmaev”"),
    NameCase.ACCUSATIVE: _l("whom: “the college awards Alexei Badmaev”"),
}
# All are dark enough for small letters and for grey printing.
SWATCHES = {
    SKY: _l("Sky blue"),
    "#1b3a6b": _l("Dark blue"),
    "#9b2226": _l("Tulip red"),
    "#17693f": _l("Green"),
    "#7a5200": _l("Bronze"),
    "#5b3a8c": _l("Violet"),
    "#0b6570": _l("Sea green"),
    "#1b2a38": _l("Graphite"),
}
OWN = "own"
HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


def full_hex(text: str) -> str:
    """«#1D6FA5», «1d6fa5» and «#abc» as «#rrggbb»; nothing when it is no colour."""
    found = HEX.fullmatch(text.strip())
    if not found:
        return ""
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))


class Printed:
    """Words for paper: placeholders that exist, nothing that fonts cannot draw."""

    def __call__(self, _form: Any, field: Field) -> None:
        text = field.data or ""
        fields.refuse_controls(text)
        if fields.EMOJI.search(text):
            raise ValidationError(_("Write it without emoji: they cannot be printed."))
        if re.search(r"<\s*[/!a-zA-Z]", text):
            raise ValidationError(_("HTML tags are not shown. Write plain text."))
        there = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        if unknown := unknown_in(text, PLACEHOLDERS):
            raise ValidationError(
                _(
                    "There is no such placeholder: %(unknown)s. There are: %(there)s.",
                    unknown=", ".join(unknown),
                    there=there,
                )
            )
        if re.search(r"[{}]", BRACES.sub("", text)):
            raise ValidationError(
                _("A brace stands alone. Placeholders are written so: %(there)s.", there=there)
            )


def words(label: Any, most: int, **kwargs: Any) -> StringField:
    return StringField(
        label,
        filters=[fields.stripped],
        validators=[Length(max=most, message=fields.too_long(most)), Printed()],
        **kwargs,
    )


@dataclass(frozen=True)
class SignatoryFields:
    number: int
    post: Any
    name: Any
    signature: PictureField
    seal: PictureField


class DesignForm(FlaskForm):
    title = fields.line(
        _l("Name of the design"),
        required=_l("Give the design a name: you choose it by this when you issue."),
        most=LONGEST_TITLE,
        description=_l("For you alone, it is not printed."),
    )
    kind = RadioField(
        _l("What is issued"),
        choices=fields.choices(KINDS),
        validate_choice=False,
    )
    layout = RadioField(
        _l("Layout"),
        choices=fields.choices({code: layout.title for code, layout in LAYOUTS.items()}),
        validate_choice=False,
    )
    heading = words(_l("Heading"), 60)
    subheading = words(_l("Under the heading"), 100)
    lead = words(_l("Above the name"), 200)
    case = RadioField(
        _l("The name answers the question"),
        choices=fields.choices(CASES),
        validate_choice=False,
    )
    body = TextAreaField(
        _l("Below the name"),
        filters=[fields.trimmed],
        validators=[Length(max=1200, message=fields.too_long(1200)), Printed()],
    )
    swatch = RadioField(
        _l("Colour"),
        choices=fields.choices({**SWATCHES, OWN: _l("Another")}),
        validate_choice=False,
    )
    own_colour = StringField(_l("Another colour"), filters=[fields.stripped])
    emblem = PictureField(_l("Emblem"), Use.EMBLEM)
    background = PictureField(_l("Background"), Use.BACKGROUND)
    is_archival = BooleanField(_l("Make PDF/A, for the archive"))
    edited = HiddenField()
    specimen = HiddenField()  # chosen beside the preview

    def fill(self, look: Look) -> None:
        """Show this look (an unsent form)."""
        for name in ("layout", "heading", "subheading", "lead", "body", "emblem", "background"):
            self[name].data = getattr(look, name)
        self.case.data = look.case.value
        self.is_archival.data = look.is_archival
        known = look.accent in SWATCHES
        self.swatch.data = look.accent if known else OWN
        self.own_colour.data = "" if known else look.accent
        for row, one in zip(self.signatories, look.signatories, strict=False):
            row.post.data, row.name.data = one.post, one.name
            row.signature.data, row.seal.data = one.signature, one.seal

    @property
    def signatories(self) -> list[SignatoryFields]:
        return [
            SignatoryFields(n, *(self[f"{name}_{n}"] for name in SIGNATORY_FIELDS))
            for n in range(1, MOST_SIGNATORIES + 1)
        ]

    @property
    def pictures(self) -> Iterator[PictureField]:
        return (field for field in self if isinstance(field, PictureField))

    def validate_kind(self, field: Field) -> None:
        if field.data not in set(CertificateKind):
            raise ValidationError(_("Choose what is issued."))

    def validate_layout(self, field: Field) -> None:
        if field.data not in LAYOUTS:
            raise ValidationError(_("Choose a layout from the list."))

    def validate_case(self, field: Field) -> None:
        if field.data not in set(NameCase):
            raise ValidationError(_("Choose the question from the list."))

    def validate_swatch(self, field: Field) -> None:
        if field.data not in {*SWATCHES, OWN}:
            raise ValidationError(_("Choose a colour."))

    def validate_own_colour(self, field: Field) -> None:
        if self.swatch.data != OWN:
            return
        colour = full_hex(field.data or "")
        if not colour:
            raise ValidationError(
                _("Write the colour as # and six digits or letters from a to f. Example: #1d6fa5")
            )
        if contrast_with_white(parsed(colour)) < LEAST_CONTRAST:
            raise ValidationError(
                _("Too light: on white paper it would not be read. Choose a darker colour.")
            )

    def complain_of_nameless(self) -> bool:
        """A signature without a name says nothing. Asked when the pictures are stored."""
        nameless = [
            row
            for row in self.signatories
            if (row.signature.data or row.seal.data) and not (row.post.data or row.name.data)
        ]
        for row in nameless:
            row.name.errors = [*row.name.errors, _("Write whose signature and seal this is.")]
        return bool(nameless)

    @property
    def chosen_kind(self) -> CertificateKind:
        return CertificateKind(self.kind.data)

    @property
    def look(self) -> Look:
        """Of a form that was found right."""
        own = self.swatch.data == OWN
        return Look(
            layout=self.layout.data,
            case=NameCase(self.case.data),
            heading=self.heading.data or "",
            subheading=self.subheading.data or "",
            lead=self.lead.data or "",
            body=self.body.data or "",
            accent=full_hex(self.own_colour.data or "") if own else self.swatch.data,
            signatories=tuple(self.typed_signatories()),
            emblem=self.emblem.data,
            background=self.background.data,
            is_archival=bool(self.is_archival.data),
        )

    def typed_signatories(self) -> Iterator[Signatory]:
        for row in self.signatories:
            if row.post.data or row.name.data:
                yield Signatory(
                    name=row.name.data or "",
                    post=row.post.data or "",
                    signature=row.signature.data,
                    seal=row.seal.data,
                )


SIGNATORY_FIELDS = ("post", "name", "signature", "seal")
for _n in range(1, MOST_SIGNATORIES + 1):
    setattr(DesignForm, f"post_{_n}", fields.line(_l("Post"), most=200))
    setattr(DesignForm, f"name_{_n}", fields.line(_l("Initials and surname"), most=200))
    setattr(DesignForm, f"signature_{_n}", PictureField(_l("Signature"), Use.SIGNATURE))
    setattr(DesignForm, f"seal_{_n}", PictureField(_l("Seal"), Use.SEAL))
