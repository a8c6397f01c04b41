"""Kinds of certificates, and the cases their names stand in."""

import enum


class CertificateKind(enum.StrEnum):
    """What is issued. One person may get one valid paper of each kind at an event."""

    PARTICIPANT = "participant"  # сертификат участника
    DIPLOMA = "diploma"  # диплом, with a result
    THANKS = "thanks"  # благодарственное письмо, to people who are not participants too
    HOURS = "hours"  # справка с часами


class NameCase(enum.StrEnum):
    """The case in which a design puts the holder's name."""

    NOMINATIVE = "nominative"  # награждается кто
    DATIVE = "dative"  # вручается кому
    ACCUSATIVE = "accusative"  # колледж награждает кого
