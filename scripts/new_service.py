"""Lay a new service into the tree: the example under another name, its migration with the next number.

`make service NAME=watchlists ONE=watchlist`. No file that is there is touched.
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "tests" / "examples" / "notes"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_NUMBER = re.compile(r"^\d{4}")


def files(root: Path, many: str, one: str) -> dict[Path, str]:
    """Return what the new service's files hold, by their paths from the root."""
    found = sorted(path for path in EXAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    number = _next_number(root / "migrations" / "premium")
    return {
        Path(_numbered(_renamed(str(path.relative_to(EXAMPLE)), many, one), number)): _renamed(
            path.read_text(), many, one
        )
        for path in found
    }


def lay(root: Path, many: str, one: str) -> list[Path]:
    """Write the files below the root; FileExistsError, and nothing written, where one is there already."""
    made = files(root, many, one)
    if there := [path for path in made if (root / path).exists()]:
        raise FileExistsError(f"{there[0]} is there already")
    for path, text in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return list(made)


def _renamed(text: str, many: str, one: str) -> str:
    """Names in all their forms, the plural before the singular."""
    for old, new in (("notes", many), ("note", one)):
        for form in (str, _camel, str.upper):
            text = re.sub(rf"(?<![A-Za-z]){form(old)}(?![a-z])|(?<=[a-z_]){form(old)}(?![a-z])", form(new), text)
    return text


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _numbered(path: str, number: int) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/{_NUMBER.sub(f'{number:04d}', name)}" if folder.startswith("migrations/") else path


def _next_number(folder: Path) -> int:
    return max(int(path.name[:4]) for path in folder.glob("[0-9]*.sql")) + 1


def main() -> None:
    """Lay the service and say what was made."""
    if len(sys.argv) == 2:
        sys.exit("Give the name of one, too: make service NAME=watchlists ONE=watchlist")
    if len(sys.argv) < 2:
        sys.exit("Give its name and that of one: make service NAME=watchlists ONE=watchlist")
    many, one = sys.argv[1:3]
    if not (_NAME.fullmatch(many) and _NAME.fullmatch(one)) or many == one:
        sys.exit(f"{many!r} and {one!r}: names are small letters, digits and _, and one differs from many")
    if taken := [name for name in (many, one) if keyword.iskeyword(name) or hasattr(builtins, name)]:
        sys.exit(f"{taken[0]!r} is a word of Python's own, and the service's variables bear the name: take another")
    try:
        made = lay(ROOT, many, one)
    except FileExistsError as error:
        sys.exit(f"Nothing was made: {error}.")
    print("\n".join(map(str, made)))
    print(f"\n{len(made)} files. What each holds, and how a service goes again: docs/add-a-service.md")
    print(f'Its tests: make test ARGS="tests/unit/{many} tests/integration/{many}"')


if __name__ == "__main__":
    main()
