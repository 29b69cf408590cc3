"""Judge sources of cases by their compiler's own tree of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from premium.cases import Case, CaseError, Kind
from premium.security.cases.fields import Hex
from premium.security.compilers.deployed import differs
from premium.security.compilers.languages import compiled
from premium.security.compilers.made import Compiled
from premium.security.compilers.process import NotCompiled
from premium.security.judgement.subjects.sources import source_answer
from premium.security.source.judged import read
from premium.security.source.model import Unit
from premium.security.sources import MAX_TEXT, TooMuch, bounded, unknown_setting

_IMPORT = re.compile(r"""\bimport\b[^;"']{0,2000}["']([^"'\n]{1,1000})["']""")


def _prefixed(value: object) -> object:
    """Compilers write code without 0x."""
    return f"0x{value}" if isinstance(value, str) and value and not value.lower().startswith("0x") else value


class SourceCase(Case):
    """Sources, how they are to be compiled, and what is deployed."""

    sources: dict[str, Any] | None = None
    path: str | None = Field(default=None, max_length=1000)
    compiler: str | None = Field(default=None, max_length=100)
    settings: dict[str, Any] = Field(default={})
    contract: str | None = Field(default=None, max_length=200)
    bytecode: Annotated[Hex, BeforeValidator(_prefixed)] | None = None


def kinds(folder: Path | None = None) -> tuple[Kind, ...]:
    """Return the kind of `scan-source`; a case's `path` lies in `folder`."""
    return (Kind("source", frozenset(), SourceCase, _answerer(folder or Path.cwd())),)


def _answerer(folder: Path) -> Callable[[SourceCase], Mapping[str, Any]]:
    def answered(case: SourceCase) -> Mapping[str, Any]:
        texts = _texts(case, folder)
        if unknown := unknown_setting(case.settings):
            raise CaseError("invalid_field", f"settings.{unknown[:80]}: no such setting is taken")
        settings = {key: value for key, value in case.settings.items() if key != "outputSelection"}
        try:
            made = compiled(texts, settings, compiler=case.compiler, code=case.bytecode is not None)
        except NotCompiled as error:
            raise CaseError(error.code, error.message) from None
        started = perf_counter()
        body = answer_of(made, contract=case.contract, code=case.bytecode, exact=case.compiler)
        return {**body, "milliseconds": round((perf_counter() - started) * 1000, 3)}

    return answered


def answer_of(made: Compiled, *, contract: str | None, code: bytes | None, exact: str | None) -> dict[str, Any]:
    """Return what every answer has, of what a compiler made.

    CaseError where the contract is not in it.
    """
    unit = Unit(made.output, made.sources, made.rules)
    names = sorted({str(each["name"]) for each in unit.contracts})
    if contract is not None and contract not in names:
        raise CaseError("invalid_field", f"contract: the sources have {', '.join(names)[:300] or 'none'}")
    found = read(unit, made.rules, contract)
    different = None if code is None else differs(made, contract, code, exact)
    told = source_answer(found, different)
    return {**told, "compiled": made.described()}


def _texts(case: SourceCase, folder: Path) -> dict[str, str]:
    if (case.sources is None) == (case.path is None):
        raise CaseError("invalid_field", "sources: a case has one of sources and path")
    if case.path is not None:
        return _from(folder, case.path)
    texts: dict[str, str] = {}
    for path, given in (case.sources or {}).items():
        text = given.get("content") if isinstance(given, Mapping) else given
        if not isinstance(text, str) or not path or len(path) > 1000:
            raise CaseError("invalid_field", f"sources.{path[:80]}: must be a text")
        texts[path] = text
    return _bounded(texts)


def _bounded(texts: dict[str, str]) -> dict[str, str]:
    try:
        bounded(texts)
    except ValueError as error:
        raise CaseError("too_large" if isinstance(error, TooMuch) else "invalid_field", f"sources: {error}") from None
    return texts


def _from(folder: Path, path: str) -> dict[str, str]:
    """A file and what it imports by relative paths, all within the folder."""
    root = folder.resolve()
    texts: dict[str, str] = {}
    waiting = [os.path.normpath(path)]
    while waiting:
        name = waiting.pop()
        if name in texts:
            continue
        texts[name] = _file(root, name)
        _bounded(texts)
        near = (each for each in _IMPORT.findall(texts[name]) if each.startswith(("./", "../")))
        waiting += [os.path.normpath(Path(name).parent / each) for each in near]
    return texts


def _file(root: Path, name: str) -> str:
    file = (root / name).resolve()
    if Path(name).is_absolute() or not file.is_relative_to(root):
        raise CaseError("invalid_field", f"path: {name[:200]} lies outside the file's folder")
    try:
        if file.stat().st_size > MAX_TEXT:
            raise CaseError("too_large", f"path: {name[:200]} has over {MAX_TEXT} bytes")
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise CaseError("invalid_field", f"path: {name[:200]} cannot be read") from None
