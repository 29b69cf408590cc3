"""Run a compiler of Vyper in a bounded process of its own.

Each version has a Python environment of its own, whose interpreter runs `vyper_driver.py`: its packages are none of
ours, and it opens no file but theirs. What a source imports must be among the sources.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from premium.security.compilers.made import Compiled
from premium.security.compilers.process import NotCompiled, run
from premium.security.compilers.ranges import Version, choice, fits, version_of
from premium.security.vyper.program import RULES, solidity_shaped

VARIABLE = "PREMIUM_VYPER"
"""Names a folder of environments, one a compiler, where they are not in the project's own."""
UNLOCKED: tuple[Version, ...] = ((0, 2, 15), (0, 2, 16), (0, 3, 0))
"""Versions whose `nonreentrant` kept each function apart from the others: it locked nothing (CVE-2023-39363)."""
_DRIVER = Path(__file__).with_name("vyper_driver.py")
_ENVIRONMENTS = Path(__file__).resolve().parents[3] / ".venv"
_FORMATS = ("bytecode", "bytecode_runtime", "method_identifiers", "layout")
_PRAGMA = re.compile(r"^#[ \t]*(?:@version|pragma[ \t]+version)[ \t]+([^\n#]{1,200})", re.MULTILINE)
_IMPORT = re.compile(r"^(?:from[ \t]+\S+[ \t]+)?import[ \t]+([^\n#]{1,500})", re.MULTILINE)
_TRIED = 2


def compilers() -> dict[Version, Path]:
    """Return the interpreters whose environments have a compiler, by its version."""
    folder = Path(os.environ.get(VARIABLE) or _ENVIRONMENTS)
    found: dict[Version, Path] = {}
    for described in sorted(folder.glob("vyper*/lib/python3.*/site-packages/vyper-*.dist-info")):
        version = version_of(described.name.removeprefix("vyper-"))
        interpreter = described.parents[3] / "bin" / "python"
        if version is not None and interpreter.exists():
            found[version] = interpreter
    return found


def compiled(sources: Mapping[str, str], settings: Mapping[str, Any], *, compiler: str | None = None) -> Compiled:
    """Compile sources by the version they ask for, codes included.

    Raises NotCompiled with `no_compiler` or `not_compiled`.
    """
    here = compilers()
    if not here:
        raise NotCompiled("no_compiler", "no compiler of Vyper is installed: PyPI's vyper")
    wanted = asked(sources.values())
    stated = version_of(compiler) if compiler else None
    if compiler and stated is None:
        raise NotCompiled("no_compiler", f"compiler: {compiler[:80]} is no version of vyper")
    ranges = [f"={'.'.join(map(str, stated))}"] if stated else wanted
    named = {_file(path): text for path, text in sources.items()}
    reason: NotCompiled | None = None
    for version, relaxed in choice(ranges, here)[:_TRIED]:
        read = {path: unasked(text) for path, text in named.items()} if relaxed or stated else named
        try:
            told = _run(here[version], version, read, settings)
        except NotCompiled as error:
            reason = reason or error
            continue
        trees = {path: tree for path, tree in told["trees"].items() if path in read}
        made = {path: _made(each) for path, each in told["made"].items()}
        output = solidity_shaped(trees, read, made, locks=not _is_unlocked(ranges))
        return Compiled(version, tuple(wanted), relaxed, read, output, "Vyper", RULES)
    raise reason or NotCompiled("not_compiled", "nothing was compiled")


def asked(texts: Iterable[str]) -> list[str]:
    """Return the ranges that sources ask for, each once, in npm's spelling."""
    found = (_as_npm(each.group(1)) for text in texts for each in _PRAGMA.finditer(text))
    return list(dict.fromkeys(found))


def unasked(text: str) -> str:
    """Return a source without its pragmas of a version, all lines in their place."""
    return _PRAGMA.sub("#", text)


def _as_npm(wanted: str) -> str:
    """A range of Python's packages as npm writes it: `~=0.3.7,<0.3.10` is `~0.3.7 <0.3.10`."""
    return " ".join(wanted.replace(",", " ").replace("~=", "~").replace("==", "=").split())


def _is_unlocked(ranges: list[str]) -> bool:
    """They ask for versions alone whose locks do not hold."""
    newest: Version = (0, 3, 1)
    return (
        any(all(fits(each, one) for one in ranges) for each in UNLOCKED)
        and bool(ranges)
        and not any(all(fits(each, one) for one in ranges) for each in (newest, (0, 3, 10), (0, 4, 3)))
    )


def _file(path: str) -> str:
    """A path with an ending by which the compiler knows it."""
    return path if path.endswith((".vy", ".vyi", ".json")) else f"{path}.vy"


def targets(sources: Mapping[str, str]) -> list[str]:
    """Return the files that no other imports: those are contracts."""
    named = {
        each.strip().split(" as ")[0].strip().rsplit(".", 1)[-1]
        for text in sources.values()
        for found in _IMPORT.finditer(text)
        for each in found.group(1).split(",")
    }
    files = [path for path in sources if path.endswith(".vy")]
    return [path for path in files if PurePosixPath(path).stem not in named] or files


def _run(python: Path, version: Version, sources: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, Any]:
    given = {
        "sources": sources, "targets": targets(sources), "settings": dict(settings), "formats": _FORMATS,
        "former": version < (0, 4, 0),
    }  # fmt: skip
    text = run([str(python), "-I", "-B", str(_DRIVER)], json.dumps(given))
    try:
        told: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        raise NotCompiled("not_compiled", "the compiler's answer could not be read") from None
    if "error" in told:
        raise NotCompiled("not_compiled", " ".join(str(told["error"]).split())[:500])
    return told


def _made(each: Mapping[str, Any]) -> dict[str, Any]:
    """What is deployed, as Solidity's compiler tells it; immutables stand behind the code."""
    places = (each.get("layout") or {}).get("code_layout") or {}
    tail = max((int(one["offset"]) + int(one["length"]) for one in _leaves(places)), default=0)
    selectors = {
        signature: f"{int(selector, 16):08x}" for signature, selector in (each.get("method_identifiers") or {}).items()
    }
    return {
        "evm": {
            "bytecode": {"object": str(each["bytecode"]).removeprefix("0x")},
            "deployedBytecode": {"object": str(each["bytecode_runtime"]).removeprefix("0x"), "behind": tail},
            "methodIdentifiers": selectors,
        }
    }


def _leaves(places: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for each in places.values():
        if isinstance(each, Mapping):
            yield from [each] if "length" in each and "offset" in each else _leaves(each)
