"""A rule of a domain that forbids something, said to the visitor."""


class RuleBroken(Exception):
    """A rule of the domain forbids this. The message is for the visitor."""
