"""How a college's papers look in the demo, and a contest whose winners get theirs."""

import sqlalchemy as sa

from app.accounts.models import User
from app.attendance.models import Attendance, Presence
from app.db import db
from app.documents import batches, design_actions
from app.documents.design_models import CertificateKind, NameCase
from app.documents.design_queries import look_for
from app.documents.designs import Look, Signatory
from app.events.models import Event
from app.organizations.models import Organization
from app.registrations.models import Registration

JURY = ("Эрдниева Кермен Бадмаевна", "Шевченко Павел Андреевич", "Гаряев Санал Очирович")
PLACES = ("I место", "II место", "III место")


def design_papers(college: Organization) -> None:
    """Before anything is issued: what the college issues later looks like this."""
    head = Signatory(name=college.signatory_name, post=college.signatory_post)
    jury = Signatory(name="К. Б. Эрдниева", post="Председатель жюри")
    design_actions.make(
        college,
        CertificateKind.PARTICIPANT,
        "Сертификат с орнаментом",
        Look(
            layout="ornament",
            accent="#9b2226",
            heading="Сертификат",
            subheading="участника",
            lead="Настоящий сертификат подтверждает, что",
            body="принял(а) участие в мероприятии\n{мероприятие}\n{вид}, {дата}",
            signatories=(head,),
        ),
    )
    design_actions.make(
        college,
        CertificateKind.DIPLOMA,
        "Диплом конкурса, подписывает и жюри",
        Look(
            layout="honours",
            case=NameCase.NOMINATIVE,
            heading="Диплом",
            lead="Награждается",
            body="{результат}\n{мероприятие}\n{дата}",
            signatories=(head, jury),
        ),
    )


def honour(event: Event, by: User) -> None:
    """Diplomas of the first three and thanks to the jury, left to the worker as any batch."""
    query = (
        sa.select(Registration.id)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Attendance.presence == Presence.PRESENT)
        .order_by(Registration.id)
        .limit(len(PLACES))
    )
    first = zip(db.session.scalars(query).all(), PLACES, strict=True)
    winners: list[batches.Asked] = [(id_, "", place) for id_, place in first]
    jury: list[batches.Asked] = [(None, name, "") for name in JURY]
    for kind, asked in ((CertificateKind.DIPLOMA, winners), (CertificateKind.THANKS, jury)):
        batches.begin(event, kind, look_for(event.organization, kind), asked, by=by)
