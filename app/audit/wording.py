"""What entries of the audit log say: one table of words for actions, one for things."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit.actions import in_short
from app.audit.detail_wording import WAYS
from app.audit.models import AuditEntry

# Every code that is given to record() stands here; a test reads the sources and looks.
ACTIONS = {
    "admission.chosen": _l("chose how people get seats"),
    "applications.decided": _l("decided about applications"),
    "draw.held": _l("drew the lots of an event"),
    "quota.added": _l("added a quota"),
    "quota.deleted": _l("deleted a quota"),
    "account.address_changed": _l("set the e-mail address of an account"),
    "account.devices_ended": _l("logged an account out on other devices"),
    "account.log_in_failed": _l("tried to log in with a wrong password or code"),
    "account.logged_in": _l("logged in"),
    "account.logged_out": _l("logged out"),
    "account.opened": _l("opened an account by a code"),
    "account.password_changed": _l("changed the password of an account"),
    "account.joined": _l("joined an account with a person"),
    "account.password_renewed": _l("renewed a pupil’s password"),
    "certificate.issued_again": _l("issued a certificate again"),
    "certificate.revoked": _l("revoked a certificate"),
    "certificates.batch_begun": _l("asked for a batch of certificates"),
    "certificates.issued": _l("issued certificates"),
    "certificates.printed": _l("printed certificates"),
    "design.added": _l("made a design of certificates"),
    "design.archived": _l("put a design of certificates away"),
    "design.changed": _l("changed a design of certificates"),
    "design.restored": _l("brought a design of certificates back"),
    "check_in_list.taken": _l("took the list of an event for a shift at the door"),
    "claim.accepted": _l("accepted somebody who named the school"),
    "claim.rejected": _l("rejected somebody who named the school"),
    "class.added": _l("added a class"),
    "class.teacher_set": _l("changed the teacher of a class"),
    "class_list.imported": _l("imported a class list"),
    "class_list.undone": _l("undid the import of a class list"),
    "consent.withdrawn": _l("withdrew an agreement"),
    "consent_text.published": _l("published the text of an agreement"),
    "contacts.seen": _l("looked at a list with contacts"),
    "paper_consents.entered": _l("entered paper agreements"),
    "paper_consents.withdrawn": _l("entered the withdrawal of an agreement"),
    "persons.told_apart": _l("said that two entries are different people"),
    "data.expired": _l("erased what is kept no longer"),
    "event.called_off": _l("called an event off"),
    "event.copied": _l("made an event like another"),
    "event.drafted": _l("began a draft"),
    "event.edited": _l("changed an event"),
    "event.published": _l("published an event"),
    "event.slot_changed": _l("changed a slot"),
    "event.slot_deleted": _l("deleted a slot"),
    "event.slots_added": _l("added slots"),
    "event.unpublished": _l("hid an event again"),
    "event_template.deleted": _l("deleted a template of events"),
    "event_template.saved": _l("saved a template of events"),
    "event.door_entered": _l("came in to stand at the door of an event"),
    "event.door_link_made": _l("made a link for the door of an event"),
    "event.door_link_revoked": _l("revoked a link for the door of an event"),
    "event.staff_added": _l("gave somebody a role at an event"),
    "event.staff_removed": _l("took away a role at an event"),
    "guardian.added": _l("wrote down a guardian"),
    "guardian.deleted": _l("deleted a guardian"),
    "guardian.edited": _l("changed a guardian’s contacts"),
    "guardianship.added": _l("became a guardian"),
    "guardianship.ended": _l("ended a guardianship"),
    "guardianship.handed_over": _l("handed a child over to another guardian"),
    "log_ins.printed": _l("printed log-ins for pupils"),
    "message.sent": _l("wrote to the people of an event"),
    "names.corrected": _l("corrected how names are declined on papers"),
    "organization.approved": _l("approved an organization"),
    "organization.asked_again": _l("asked again for the approval of an organization"),
    "organization.change_accepted": _l("accepted another name of an organization"),
    "organization.change_asked": _l("asked for another name of an organization"),
    "organization.change_refused": _l("refused another name of an organization"),
    "organization.change_withdrawn": _l("took back the wish for another name"),
    "organization.closed": _l("closed an organization"),
    "organization.edited": _l("changed the details of an organization"),
    "organization.registered": _l("registered an organization"),
    "organization.rejected": _l("rejected an organization"),
    "organization.resumed": _l("resumed an organization"),
    "organization.suspended": _l("suspended an organization"),
    "person.erased": _l("erased a person’s data"),
    "person.exported": _l("downloaded a person’s data"),
    "persons.exported": _l("downloaded or printed a list of people"),
    "persons.merged": _l("merged two persons"),
    "persons.parted": _l("undid the merging of two persons"),
    "pupil.added": _l("added a pupil"),
    "pupil.edited": _l("changed a pupil’s details"),
    "pupil.left": _l("took a pupil out of a class"),
    "pupil.moved": _l("moved a pupil to another class"),
    "pupil.taken_back": _l("took a pupil back into a class"),
    "registrations.changed": _l("changed registrations of an event"),
    "reminders.changed": _l("changed the reminders of an event"),
    "slot.called_off": _l("called a slot off"),
    "slot.people_moved": _l("moved the people of a slot"),
    "role.granted": _l("gave somebody a role"),
    "role.offered": _l("invited somebody to a role"),
    "sweep.allowed": _l("let a sweep run"),
    "sweep.refused": _l("refused a sweep"),
    "sweep.undone": _l("undid a sweep"),
    "role.withdrawn": _l("took a role away from somebody"),
}
THINGS = {
    "certificate": _l("certificate"),
    "certificate_design": _l("design of certificates"),
    "consent": _l("agreement"),
    "consent_text": _l("text of an agreement"),
    "event": _l("event"),
    "event_template": _l("template"),
    "group": _l("group"),
    "guardianship": _l("guardianship"),
    "list_import": _l("class list"),
    "merge": _l("merging"),
    "organization": _l("organization"),
    "person": _l("person"),
    "registration": _l("registration"),
    "school_class": _l("class"),
    "slot": _l("slot"),
    "sweep_run": _l("sweep"),
    "user": _l("account"),
}
# For the owner of the account.
LOG_INS = {
    "account.address_changed": _l("The e-mail address was set"),
    "account.devices_ended": _l("Logged out on other devices"),
    "account.log_in_failed": _l("A wrong password or code"),
    "account.logged_in": _l("Logged in"),
    "account.logged_out": _l("Logged out"),
    "account.opened": _l("The account was opened"),
    "account.password_changed": _l("The password was changed"),
}


def log_in_words(entry: AuditEntry) -> str:
    """«Logged in, by a link from a letter»"""
    by = WAYS.get(entry.details.get("by"))
    return ", ".join(str(words) for words in (LOG_INS.get(entry.action, entry.action), by) if words)


def actor_words(entry: AuditEntry) -> str:
    """Who did it: by name, or why there is none."""
    if entry.user:
        return entry.user.display_name
    if entry.was_logged_in:
        return _("an account that has been erased")
    if entry.was_logged_in is False:
        return _("nobody logged in")
    if entry.address:  # of the time before the log kept whether somebody was logged in
        return _("nobody logged in, or an erased account")
    return _("the site itself")


def place_words(entry: AuditEntry) -> str:
    """The network; of the time when some entries kept the single address, its network too."""
    return in_short(entry.address) or entry.address or "—"


def action_words(code: str) -> str:
    """«looked at a list with contacts»; a code nobody knows any more as it is."""
    return str(ACTIONS.get(code, code))


def thing_words(object_type: str, object_id: int | None) -> str:
    """«event № 12», or nothing."""
    if not object_type:
        return ""
    return _("%(thing)s № %(id)s", thing=THINGS.get(object_type, object_type), id=object_id)
