#!/usr/bin/env python3
"""Copy what pages and papers need from node_modules into static/vendor, and pack it.

Text files get a .gz beside them, which WhiteNoise sends as it is.
"""

import gzip
import re
import shutil
from pathlib import Path

from fontTools import subset

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

TEXTS = (
    "bootstrap/dist/css/bootstrap.min.css",
    "htmx.org/dist/htmx.min.js",
    "jsqr/dist/jsQR.js",  # reads QR codes where the browser cannot
)
FAMILIES = ("golos-text", "pt-serif")
SUBSETS = ("cyrillic", "cyrillic-ext", "latin")
WEIGHTS = (400, 700)
PACKED = (".css", ".js", ".svg")

# The latin files are mostly accented letters. Digits, English and punctuation are enough
# for a first view of 100 KB; static/css/fonts.css names the same range.
LATIN = (
    "20-7E,A0,A7,A9,AB,AD,B0-B3,B7,BB,BD,D7,2009,200A,2010-2015,2018-201E,2020,2022,2026,202F,"
    "2030,2039,203A,20AC,2191,2193,2212"
)
FEATURES = "kern,ccmp,locl,mark,mkmk,tnum"

SOURCE_MAP = re.compile(r"\s*(/\*#\s*sourceMappingURL=.*?\*/|//#\s*sourceMappingURL=\S*)\s*$")


def copy_texts() -> None:
    for path in TEXTS:
        text = (MODULES / path).read_text(encoding="utf-8")
        (VENDOR / Path(path).name).write_text(SOURCE_MAP.sub("\n", text), encoding="utf-8")


def copy_fonts() -> None:
    fonts = VENDOR / "fonts"
    fonts.mkdir(exist_ok=True)
    for family in FAMILIES:
        for letters in SUBSETS:
            for weight in WEIGHTS:
                name = f"{family}-{letters}-{weight}-normal.woff2"
                source = MODULES / "@fontsource" / family / "files" / name
                if (family, letters) == ("golos-text", "latin"):
                    trim(source, fonts / name)
                else:
                    shutil.copyfile(source, fonts / name)


def trim(source: Path, target: Path) -> None:
    subset.main(
        [
            str(source),
            f"--unicodes={LATIN}",
            f"--layout-features={FEATURES}",
            "--no-hinting",
            "--flavor=woff2",
            f"--output-file={target}",
        ]
    )


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
