"""Contracts compiled by the real compiler in the test run: sources that say what must be found, in several builds."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[3]
_HERE = Path(__file__).parent
_KEPT = Path(os.environ.get("PREMIUM_TEST_CONTRACTS", Path.home() / ".cache" / "premium-tests" / "contracts"))
_FORM = 1
"""Of the kept rows."""
_EXPECTS = re.compile(r"// expects:([^\n]*)\n(?:abstract )?contract (\w+)")

BUILDS: dict[str, dict[str, Any]] = {
    "plain": {"optimizer": {"enabled": False}, "evmVersion": "london"},
    "optimized": {"optimizer": {"enabled": True, "runs": 200}, "evmVersion": "cancun"},
    "via-ir": {"optimizer": {"enabled": True, "runs": 1000}, "viaIR": True, "evmVersion": "paris"},
}


class Compiled(NamedTuple):
    """One contract of one build; `expects` are the ids of findings that its author's comment lists."""

    name: str
    build: str
    expects: frozenset[str]
    creation: bytes
    runtime: bytes
    abi: list[dict[str, Any]]

    def row(self) -> list[Any]:
        return [self.name, self.build, sorted(self.expects), self.creation.hex(), self.runtime.hex(), self.abi]

    @classmethod
    def of(cls, row: list[Any]) -> Compiled:
        name, build, expects, creation, runtime, abi = row
        return cls(name, build, frozenset(expects), bytes.fromhex(creation), bytes.fromhex(runtime), abi)


def sources() -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((_HERE / "sources").glob("*.sol"))}


def renamed(text: str) -> str:
    """The same code under other names: every marked identifier becomes one that says nothing."""
    return re.sub(r"\b\w+_\b", lambda found: renamed_word(found.group()), text)


def renamed_word(word: str) -> str:
    return f"f{zlib.crc32(word.encode()):08x}"


def compile_sources(texts: dict[str, str], builds: dict[str, dict[str, Any]]) -> list[Compiled]:
    """Every contract that carries an `// expects:` comment, in every build; one process of the compiler for all."""
    wanted = {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}}
    inputs = [
        {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in texts.items()},
            "settings": {**settings, "outputSelection": wanted},
        }
        for settings in builds.values()
    ]
    done = subprocess.run(
        ["node", str(_HERE / "compile.js")],
        input=json.dumps(inputs),
        env={"NODE_PATH": str(ROOT / "node_modules"), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    expected = {
        name: frozenset(found.replace(",", " ").split())
        for text in texts.values()
        for found, name in _EXPECTS.findall(text)
    }
    outputs = zip(builds, json.loads(done.stdout), strict=True)
    return [one for build, output in outputs for one in _contracts(build, output, expected)]


def _contracts(build: str, output: dict[str, Any], expected: dict[str, frozenset[str]]) -> list[Compiled]:
    errors = [one["formattedMessage"] for one in output.get("errors", ()) if one["severity"] == "error"]
    if errors:
        raise ValueError("\n".join(errors))
    return [
        Compiled(
            name=name,
            build=build,
            expects=expected[name],
            creation=bytes.fromhex(made["evm"]["bytecode"]["object"]),
            runtime=bytes.fromhex(made["evm"]["deployedBytecode"]["object"]),
            abi=made["abi"],
        )
        for file in output["contracts"].values()
        for name, made in file.items()
        if name in expected
    ]


@functools.cache
def corpus() -> tuple[Compiled, ...]:
    """All sources under other names: own ones in every build, those over published libraries in the fastest one."""
    texts = {name: renamed(text) for name, text in sources().items()}
    over = {name: texts.pop(name) for name in ("libraries.sol", "solady.sol")}
    return (*kept(texts, *BUILDS), *kept(over, "plain"))


@functools.cache
def parties(file: str) -> tuple[Compiled, ...]:
    """Contracts about who decides, of one file, under other names, in all builds; each file is compiled by itself."""
    text = (_HERE / "sources" / "parties" / file).read_text()
    return kept({file: renamed(text)}, *BUILDS)


@functools.cache
def compiled_vaults() -> dict[str, Compiled]:
    """Vaults over OpenZeppelin's, and small contracts from published rules, by name."""
    return _optimized("vaults")


@functools.cache
def compiled_rules() -> dict[str, Compiled]:
    """Small contracts from published rules that use no library, by name."""
    return _optimized("rules")


def _optimized(folder: str) -> dict[str, Compiled]:
    texts = {path.name: path.read_text() for path in sorted((_HERE.parent / folder).glob("*.sol"))}
    return {each.name: each for each in kept(texts, "optimized")}


def kept(texts: dict[str, str], *builds: str) -> tuple[Compiled, ...]:
    """Every marked contract of some sources in some builds, compiled once a machine."""
    return tuple(each for build in builds for each in _kept_build(texts, build))


def _kept_build(texts: dict[str, str], build: str) -> list[Compiled]:
    """Compile what no run on this machine has compiled yet: the same sources, build, compiler and packages."""
    chosen = {build: BUILDS[build]}
    tools = [(_HERE / "compile.js").read_text(), (ROOT / "package-lock.json").read_text()]
    return kept_rows([texts, chosen, tools], lambda: compile_sources(texts, chosen))


def kept_rows(made_of: list[Any], make: Callable[[], list[Compiled]]) -> list[Compiled]:
    """Return what was compiled of something; `make` is called where no run on this machine has compiled it."""
    digest = hashlib.sha256(json.dumps([*made_of, _FORM]).encode()).hexdigest()[:32]
    _KEPT.mkdir(parents=True, exist_ok=True)
    path = _KEPT / f"{digest}.json"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            rows = [each.row() for each in make()]
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(rows))
            partial.replace(path)
        return [Compiled.of(row) for row in json.loads(path.read_text())]


def compiler_version() -> str:
    document = json.loads((ROOT / "node_modules" / "solc" / "package.json").read_text())
    return str(document["version"])


def artifact(path: str) -> bytes:
    """Runtime code of a published package's artifact, by its path under node_modules."""
    document = json.loads((ROOT / "node_modules" / path).read_text())
    code = document.get("deployedBytecode") or document["evm"]["deployedBytecode"]["object"]
    return bytes.fromhex((code["object"] if isinstance(code, dict) else code).removeprefix("0x"))


def artifact_creation(path: str) -> bytes:
    document = json.loads((ROOT / "node_modules" / path).read_text())
    code = document.get("bytecode") or document["evm"]["bytecode"]["object"]
    return bytes.fromhex((code["object"] if isinstance(code, dict) else code).removeprefix("0x"))
