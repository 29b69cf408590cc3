"""Read and write files of cases.

A file is one, a list, or `{"cases": […]}`; the answer has the same form and order.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from premium.cli.output import opened
from premium.errors import InvalidInput

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class CaseFile:
    """A file's cases, and the form that its answers have."""

    cases: tuple[Mapping[str, Any], ...]
    form: str
    """`one`, `list` or `object`."""

    def answered(self, answer: Callable[[Mapping[str, Any]], Answer]) -> Any:
        """Return what is written: an answer for each case, in the file's own form."""
        answers = [answer(case) for case in self.cases]
        if self.form == "object":
            return {"cases": answers}
        return answers if self.form == "list" else answers[0]


def read_cases(source: str) -> CaseFile:
    """Read a file, or standard input for `-`.

    InvalidInput is a sentence that names what is wrong.
    """
    raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    name = "standard input" if source == "-" else source
    try:
        document = json.loads(raw.decode(), object_pairs_hook=_once_each, parse_constant=_no_constant,
                              parse_float=_finite)  # fmt: skip
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{name}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise InvalidInput(f"{name}: nested too deeply") from None
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}") from None
    return _formed(document, name)


def read_text(source: str) -> str:
    """Read a file as text, or standard input for `-`.

    InvalidInput where it is not UTF-8.
    """
    raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"byte {error.start}: not UTF-8") from None


def write_answers(answers: Any, output: str) -> None:
    """Write JSON to a file that appears whole, or to standard output for `-`."""
    with opened(output) as file:
        json.dump(answers, file, indent=2)
        file.write("\n")


def _formed(document: object, name: str) -> CaseFile:
    form: str = "one"
    cases: Any = document
    if isinstance(document, dict) and "cases" in document:
        form, cases = "object", document["cases"]
    if isinstance(cases, list):
        form = "object" if form == "object" else "list"
    elif form == "object":
        raise InvalidInput(f"{name}: `cases` is not a list")
    else:
        cases = [cases]
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, dict):
            raise InvalidInput(f"{name}: case {number} is not an object")
    return CaseFile(tuple(cases), form)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:100]!a} stands twice in one object")
    return members


def _finite(digits: str) -> float:
    found = float(digits)
    if not isfinite(found):
        raise ValueError(f"{digits[:40]} is beyond what a number of JSON can be")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
