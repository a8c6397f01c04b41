"""How a college's papers look in the demo, and a contest whose winners get theirs."""

from dataclasses import replace

from app.accounts.models import User
from app.certificates.batches import actions as batches
from app.certificates.batches.queries import due_ids
from app.certificates.design.layouts import LAYOUTS
from app.certificates.design.looks import STANDARD, Signatory
from app.certificates.design.queries import look_for
from app.certificates.designer import actions as design_actions
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.organizations.models import Organization

PARTICIPANT, DIPLOMA = CertificateKind.PARTICIPANT, CertificateKind.DIPLOMA
JURY = ("Эрдниева Кермен Бадмаевна", "Шевченко Павел Андреевич", "Гаряев Санал Очирович")
PLACES = ("I место", "II место", "III место")


def design_papers(college: Organization) -> None:
    """Before anything is issued: what the college issues later looks like this."""
    head = Signatory(name=college.signatory_name, post=college.signatory_post)
    jury = Signatory(name="К. Б. Эрдниева", post="Председатель жюри")
    certificate = replace(
        STANDARD[PARTICIPANT],
        layout="ornament",
        accent=LAYOUTS["ornament"].accent,
        body="принял(а) участие в мероприятии\n{мероприятие}\n{вид}, {дата}",
        signatories=(head,),
    )
    diploma = replace(STANDARD[DIPLOMA], signatories=(head, jury))
    design_actions.make(college, PARTICIPANT, "Сертификат с орнаментом", certificate)
    design_actions.make(college, DIPLOMA, "Диплом конкурса, подписывает и жюри", diploma)


def honour(event: Event, by: User) -> None:
    """Diplomas of the first three and thanks to the jury, left to the worker as any batch."""
    first = zip(due_ids(event, DIPLOMA)[: len(PLACES)], PLACES, strict=True)
    winners: list[batches.Asked] = [(id_, "", place) for id_, place in first]
    jury: list[batches.Asked] = [(None, name, "") for name in JURY]
    for kind, asked in ((DIPLOMA, winners), (CertificateKind.THANKS, jury)):
        batches.begin(event, kind, look_for(event.organization, kind), asked, by=by)
