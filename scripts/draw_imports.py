"""Draw who imports whom between the packages of app/ into docs/img/imports.svg.

``python scripts/draw_imports.py`` writes the picture; with ``--check`` it only says, by exit
status 1, whether the picture is older than the code. Each row is a package, the foundation at
the bottom and the last domain on top; an arc goes from who imports to what is imported, as
wide as there are imports. Arcs on the right go down, as they must; on the left they would go
up, and only views may.
"""

import ast
import sys
from collections import Counter
from html import escape
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
PICTURE = ROOT / "docs" / "img" / "imports.svg"
FOUNDATION = ["base", "web", "workbench", "files", "press"]
ROW, LEFT, WIDTH = 34, 330, 900  # pixels
BOX = 150
STYLE = """
  text { font: 14px 'Golos Text', sans-serif; fill: #1c2b33; }
  .small { font-size: 12px; fill: #5b6b73; }
  rect { fill: #eef3f5; stroke: #b9c7cd; }
  rect.foundation { fill: #e2ebdf; }
  path { fill: none; stroke: #1f6f8b; stroke-opacity: .35; }
  path.views { stroke: #b5651d; stroke-dasharray: 5 4; stroke-opacity: .6; }
"""


def order() -> list[str]:
    """The packages from the lowest to the highest, as app/__init__.py names the domains."""
    for node in ast.parse((APP / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOMAINS":
            domains = list(ast.literal_eval(node.value))
            return [name for name in FOUNDATION + domains if (APP / name).is_dir()]
    raise SystemExit("app/__init__.py names no DOMAINS")


def imported(file: Path) -> set[str]:
    """The packages of app/ that this file imports from, also inside functions."""
    modules = chain.from_iterable(
        [f"{node.module}.{alias.name}" for alias in node.names]
        if isinstance(node, ast.ImportFrom)
        else [alias.name for alias in node.names]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom | ast.Import)
    )
    return {name.split(".")[1] for name in modules if name.startswith("app.")}


def counted(packages: list[str]) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """How many files of one package import another: views apart, as they may look anywhere."""
    by_rooms: Counter[tuple[str, str]] = Counter()
    by_views: Counter[tuple[str, str]] = Counter()
    for package in packages:
        for file in (APP / package).rglob("*.py"):
            into = by_views if file.stem.endswith("views") else by_rooms
            into.update((package, other) for other in imported(file) if other in packages)
    return by_rooms, by_views


def circles(pairs: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((one, other) for one, other in pairs if one < other and (other, one) in pairs)


def picture(packages: list[str]) -> str:
    by_rooms, by_views = counted(packages)
    place = {name: index for index, name in enumerate(reversed(packages))}
    height = ROW * len(packages) + 90
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Imports between the packages of app/</title>",
        f"<style>{STYLE}</style>",
    ]
    for (one, other), number in sorted(by_rooms.items()):
        if one != other:
            parts.append(arc(place[one], place[other], number, is_view=False))
    for (one, other), number in sorted(by_views.items()):
        if place[one] > place[other]:  # upwards: only views
            parts.append(arc(place[one], place[other], number, is_view=True))
    for name, index in place.items():
        files = sum(1 for file in (APP / name).rglob("*.py") if file.name != "__init__.py")
        parts.append(box(name, index, files))
    found = circles(by_rooms)
    parts += [
        f'<text class="small" x="20" y="{height - 40}">Right: imports, downwards; the width is '
        "the number of files. Left, dashed: views that look at a later package.</text>",
        f'<text class="small" x="20" y="{height - 18}">Pairs of packages that import each other '
        f"(views apart): {len(found)}{escape(' ' + str(found)) if found else ''}</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def middle(index: int) -> int:
    return 20 + index * ROW + ROW // 2


def arc(one: int, other: int, number: int, *, is_view: bool) -> str:
    """From the row that imports to the row that is imported: down on the right, up on the left."""
    begin, end = middle(one), middle(other)
    bulge = 24 + 17 * abs(one - other)
    to_the_left = one > other
    x = LEFT if to_the_left else LEFT + BOX
    control = x - bulge if to_the_left else x + bulge
    kind = ' class="views"' if is_view else ""
    wide = min(8.0, 0.8 + number / 6)
    return (
        f'<path{kind} stroke-width="{wide:.1f}" '
        f'd="M{x} {begin} C{control} {begin} {control} {end} {x} {end}"/>'
    )


def box(name: str, index: int, files: int) -> str:
    kind = ' class="foundation"' if name in FOUNDATION else ""
    y = middle(index) - ROW // 2 + 3
    return (
        f'<rect{kind} x="{LEFT}" y="{y}" width="{BOX}" height="{ROW - 6}" rx="5"/>'
        f'<text x="{LEFT + 10}" y="{y + 19}">{escape(name)}</text>'
        f'<text class="small" x="{LEFT + BOX - 10}" y="{y + 19}" text-anchor="end">{files}</text>'
    )


def main() -> None:
    drawn = picture(order())
    if "--check" in sys.argv:
        same = PICTURE.exists() and PICTURE.read_text() == drawn
        print("The picture of imports " + ("is up to date" if same else "is old: draw it again"))
        raise SystemExit(0 if same else 1)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn)
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
