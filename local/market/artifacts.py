"""Find the creation code of published contracts in packages of npm and PyPI.

Nothing is compiled here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from local.errors import LocalError

_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
_FOLDERS = (
    "@openzeppelin/contracts/build/contracts",
    "@openzeppelin/contracts-upgradeable/build/contracts",
    "@uniswap/v2-core/build",
    "@uniswap/v2-periphery/build",
    "@uniswap/v3-core/artifacts/contracts/{name}.sol",
    "@uniswap/v3-periphery/artifacts/contracts/{name}.sol",
)


@cache
def creation_code(name: str) -> bytes:
    """Return a contract's creation code from the first package that has it."""
    for folder in _FOLDERS:
        path = _MODULES / folder.format(name=name) / f"{name}.json"
        if path.is_file() and (code := _bytecode(path)):
            return bytes.fromhex(code.removeprefix("0x"))
    raise LocalError(f"No package in node_modules carries the bytecode of {name}.", "Run: make setup")


def _bytecode(path: Path) -> str:
    """Return the bytecode of a compiler's artifact.

    Truffle and Hardhat write a string, Waffle (v2-core) an object beside the compiler's own output.
    """
    artifact = json.loads(path.read_text("utf-8"))
    code = artifact.get("bytecode") or artifact.get("evm", {}).get("bytecode", {}).get("object", "")
    return str(code)


@cache
def multicall3_code() -> str:
    """Return the runtime code of Multicall3.

    It is read as text: importing the package would load web3.
    """
    spec = find_spec("multicall")
    if spec is None or spec.origin is None:
        raise LocalError("The package multicall, which carries Multicall3, is not installed.", "Run: make setup")
    text = (Path(spec.origin).parent / "constants.py").read_text("utf-8")
    found = re.search(r'MULTICALL3_BYTECODE[^"]*"(0x[0-9a-f]+)"', text)
    if found is None:
        raise LocalError(
            "The package multicall no longer carries the code of Multicall3.", "Pin the version in use before"
        )
    return found[1]
