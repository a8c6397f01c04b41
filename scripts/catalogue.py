"""The Russian catalogue: ``update`` it from the sources, or ``check`` that it is complete.

Complete means: every text of the interface stands in it, translated, in all its plural
forms, with the same placeholders, none fuzzy.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FILE = ROOT / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def texts_of_the_sources() -> Catalog:
    with tempfile.NamedTemporaryFile(suffix=".pot") as file:
        command = [str(Path(sys.executable).parent / "pybabel"), "-q", "extract", "-F", "babel.cfg"]
        options = ["-k", "_l", "-k", "lazy_gettext", "--no-location", "--omit-header"]
        subprocess.run([*command, *options, "-o", file.name, "."], cwd=ROOT, check=True)
        return read_po(file)


def russian() -> Catalog:
    with FILE.open("rb") as file:
        return read_po(file, locale="ru")


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    given = message.string
    return [given] if isinstance(given, str) else list(given or ())


def mistakes() -> list[str]:
    translated = {key(message): message for message in russian() if message.id}
    found = []
    for message in texts_of_the_sources():
        if not message.id:
            continue
        ours = translated.get(key(message))
        if ours is None or not all(forms(ours)):
            found.append(f"not translated: {key(message)!r}")
        elif "fuzzy" in ours.flags:
            found.append(f"fuzzy: {key(message)!r}")
        elif not isinstance(message.id, str) and len(forms(ours)) != 3:
            found.append(f"needs three plural forms: {key(message)!r}")
        else:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            known = {name for text in ids for name in PLACEHOLDER.findall(text)}
            used = {name for text in forms(ours) for name in PLACEHOLDER.findall(text)}
            if used - known:
                found.append(f"unknown placeholders {sorted(used - known)} in {key(message)!r}")
    return found


def update() -> None:
    catalogue = russian()
    catalogue.update(texts_of_the_sources(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with FILE.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, ignore_obsolete=True)


def main() -> None:
    if sys.argv[1:] == ["update"]:
        update()
    found = mistakes()
    for mistake in found:
        print(mistake)
    print(f"Russian catalogue: {len(found)} mistakes" if found else "Russian catalogue: complete")
    sys.exit(bool(found) and sys.argv[1:] == ["check"])


if __name__ == "__main__":
    main()
