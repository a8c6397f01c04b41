#!/usr/bin/env python3
"""Copy what pages and papers need from node_modules into static/vendor, and pack it.

Text files get a .gz beside them, which WhiteNoise sends as it is.
"""

import gzip
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

TEXTS = ("bootstrap/dist/css/bootstrap.min.css", "htmx.org/dist/htmx.min.js")
FAMILIES = ("golos-text", "pt-serif")
SUBSETS = ("cyrillic", "cyrillic-ext", "latin")
WEIGHTS = (400, 700)
PACKED = (".css", ".js", ".svg")

SOURCE_MAP = re.compile(r"\s*(/\*#\s*sourceMappingURL=.*?\*/|//#\s*sourceMappingURL=\S*)\s*$")


def copy_texts() -> None:
    for path in TEXTS:
        text = (MODULES / path).read_text(encoding="utf-8")
        (VENDOR / Path(path).name).write_text(SOURCE_MAP.sub("\n", text), encoding="utf-8")


def copy_fonts() -> None:
    fonts = VENDOR / "fonts"
    fonts.mkdir(exist_ok=True)
    for family in FAMILIES:
        for subset in SUBSETS:
            for weight in WEIGHTS:
                name = f"{family}-{subset}-{weight}-normal.woff2"
                shutil.copyfile(MODULES / "@fontsource" / family / "files" / name, fonts / name)


def pack() -> None:
    for file in sorted(VENDOR.rglob("*")):
        if file.suffix in PACKED:
            packed = gzip.compress(file.read_bytes(), 9, mtime=0)
            file.with_name(file.name + ".gz").write_bytes(packed)


def main() -> None:
    if not MODULES.is_dir():
        raise SystemExit("node_modules is missing: run `npm install` first.")
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    copy_texts()
    copy_fonts()
    pack()
    print(f"{sum(1 for f in VENDOR.rglob('*') if f.is_file())} files in {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
