"""Shape of what is asked for when certificates are issued: whose, what they look like."""

from collections.abc import Sequence

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from app.base.words.text import clean
from app.certificates.batches.actions import Asked
from app.certificates.design.models import CertificateDesign
from app.certificates.issued.batch_models import BatchForm
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.registrations.models import Registration
from app.web.fields import PlainLine, line, stripped, too_long, trimmed

EVERYBODY, CHOSEN, TYPED = "everybody", "chosen", "typed"
WHOM = {
    CertificateKind.PARTICIPANT: (EVERYBODY, CHOSEN),
    CertificateKind.DIPLOMA: (CHOSEN, EVERYBODY),
    CertificateKind.THANKS: (TYPED, CHOSEN),
    CertificateKind.HOURS: (EVERYBODY, CHOSEN),
}
WHOM_WORDS = {
    EVERYBODY: _l("Everybody who came and has none yet"),
    CHOSEN: _l("Those I tick below"),
    TYPED: _l("Those I write below, one per line"),
}
LONGEST_NAME, LONGEST_RESULT, MOST_NAMES = 150, 200, 500


class IssueForm(FlaskForm):
    """``people``: among whom one ticks; everybody else who came is in ``due``."""

    design = SelectField(_l("What they look like"), validate_choice=True)
    whom = RadioField(_l("To whom"))
    names = TextAreaField(
        _l("Names"),
        filters=[trimmed],
        validators=[Length(max=MOST_NAMES * LONGEST_NAME, message=too_long(75_000))],
        description=_l(
            "One per line, last name first: “Манджиева Ольга Борисовна”. An organization is "
            "written as it is called."
        ),
    )
    result = line(_l("Result"), most=LONGEST_RESULT)
    form = RadioField(
        _l("The file"),
        choices=[
            SelectChoice(BatchForm.PDF.value, _l("One PDF, a page for each: to print")),
            SelectChoice(BatchForm.ZIP.value, _l("A ZIP with a PDF for each: to send out")),
        ],
        default=BatchForm.PDF.value,
    )
    tells_holders = BooleanField(_l("Write to the holders that their paper is ready"))
    is_archival = BooleanField(
        _l("PDF/A, for the archive"),
        description=_l("The file is a little larger and opens the same in twenty years."),
    )

    def __init__(
        self,
        kind: CertificateKind,
        designs: Sequence[CertificateDesign],
        people: Sequence[Registration],
    ) -> None:
        self.kind, self.people = kind, people
        super().__init__()
        self.design.choices = [
            *(SelectChoice(str(one.id), one.title) for one in designs),
            SelectChoice("", _l("Standard look")),
        ]
        self.whom.choices = [SelectChoice(one, WHOM_WORDS[one]) for one in WHOM[kind]]
        if not self.whom.raw_data:
            self.whom.data = WHOM[kind][0]
        if not self.design.raw_data:
            self.design.data = self.design.choices[0].value
        self.ticked = set(request.form.getlist("chosen"))
        self.results = {one.id: clean(request.form.get(f"result-{one.id}", "")) for one in people}
        self.wrong: dict[int, str] = {}  # by registration: what is wrong with its result

    @property
    def chosen(self) -> list[Registration]:
        return [one for one in self.people if str(one.id) in self.ticked]

    @property
    def typed(self) -> list[str]:
        """Each name once."""
        names = (clean(name) for name in (self.names.data or "").splitlines())
        return list(dict.fromkeys(filter(None, names)))

    def validate_names(self, field: StringField) -> None:
        if self.whom.data != TYPED:
            return
        if not self.typed:
            raise ValidationError(_("Write at least one name."))
        if len(self.typed) > MOST_NAMES:
            raise ValidationError(_("At most %(most)s names at once.", most=MOST_NAMES))
        for name in self.typed:
            if len(name) > LONGEST_NAME:
                raise ValidationError(
                    _("“%(name)s…” is too long: at most %(most)s characters in a line.",
                      name=name[:40], most=LONGEST_NAME)
                )  # fmt: skip
            try:
                PlainLine()(self, _Said(name))
            except ValidationError as error:
                raise ValidationError(f"«{name[:40]}»: {error}") from error

    def validate_whom(self, field: RadioField) -> None:
        if field.data == CHOSEN and not self.chosen:
            raise ValidationError(_("Tick at least one person below."))

    def validate_result(self, field: StringField) -> None:
        """A diploma says what for."""
        if field.data or self.kind is not CertificateKind.DIPLOMA:
            return
        if self.whom.data == EVERYBODY:
            raise ValidationError(_("Write the result that stands on the diploma."))

    def validate(self, extra_validators: object = None) -> bool:
        is_right = super().validate(extra_validators)
        if self.whom.data == CHOSEN:
            for one in self.chosen:
                if said := self.what_is_wrong(one):
                    self.wrong[one.id] = said
        return is_right and not self.wrong

    def what_is_wrong(self, one: Registration) -> str:
        result = self.results[one.id]
        if not result and not self.result.data and self.kind is CertificateKind.DIPLOMA:
            return _("Write the result, or one for all above.")
        if len(result) > LONGEST_RESULT:
            return str(too_long(LONGEST_RESULT))
        try:
            PlainLine()(self, _Said(result))
        except ValidationError as error:
            return str(error)
        return ""

    def asked(self, due: Sequence[int]) -> list[Asked]:
        """What is to be issued, in the order of the numbers."""
        common = self.result.data or ""
        if self.whom.data == TYPED:
            return [(None, name, common) for name in self.typed]
        if self.whom.data == CHOSEN:
            return [(one.id, "", self.results[one.id] or common) for one in self.chosen]
        return [(id_, "", common) for id_ in due]


class _Said:
    """A text of several, as a validator wants it."""

    def __init__(self, data: str) -> None:
        self.data = data


class AgainForm(FlaskForm):
    """A certificate issued in place of ``old``."""

    note = line(
        _l("Why a new one"),
        most=300,
        description=_l("Stands in the register. Example: the surname was misspelt."),
    )
    holder = StringField(
        _l("Holder"),
        filters=[stripped],
        validators=[Length(max=LONGEST_NAME, message=too_long(LONGEST_NAME)), PlainLine()],
    )
    result = line(_l("Result"), most=LONGEST_RESULT)

    def __init__(self, old: Certificate) -> None:
        self.old = old
        super().__init__(data={"holder": old.holder, "result": old.result})

    def validate_note(self, field: StringField) -> None:
        if not self.old.is_revoked and not field.data:
            raise ValidationError(_("Write why: whoever asks later will want to know."))

    def validate_holder(self, field: StringField) -> None:
        if not self.old.registration_id and field.raw_data and not field.data:
            raise ValidationError(_("Write at least one name."))
