"""What a process at the workbench answers instead of a result: a word, not a sentence. It
knows no languages; whoever asked says it to the visitor."""


class Refused(Exception):
    """What was sent cannot be taken. The word tells why: «rows», «pixels», «broken»."""
