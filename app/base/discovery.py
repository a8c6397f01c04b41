"""What is declared is found: the modules of the domains are imported, none by chance.

A table, a job or a blueprint works because its file lies in the folder of a domain; nobody
has to name it anywhere else.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from flask import Blueprint


def modules_of(packages: Iterable[str]) -> Iterator[ModuleType]:
    """Import every module of these packages: in the order given, inside one by name."""
    for name in packages:
        package = import_module(name)
        yield package
        for found in walk_packages(package.__path__, f"{name}.", onerror=refuse):
            yield import_module(found.name)


def refuse(name: str) -> None:
    """Let a package that cannot be imported stop the start, instead of passing over it."""
    raise ImportError(f"{name} cannot be imported", name=name)


def blueprints_of(modules: Iterable[ModuleType]) -> Iterator[Blueprint]:
    """Find the blueprints these modules declare; what they import from others is not theirs."""
    for module in modules:
        for thing in vars(module).values():
            if isinstance(thing, Blueprint) and thing.import_name == module.__name__:
                yield thing
