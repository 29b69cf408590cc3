"""Hostile sources over the API, posted and compiled: ended in time and memory, with a reason."""

from __future__ import annotations

import resource
import time
from functools import cache
from uuid import UUID

import pytest

from local.evm import Evm
from premium.bootstrap import Platform
from premium.security.compilers import process
from premium.security.compilers.solc import compiled
from tests.factories.contracts.deployment import deploy
from tests.integration.security.test_source import scanned, start

pytestmark = pytest.mark.integration
HEAD = "pragma solidity ^0.8.0;\n"
TILL = HEAD + "contract Till { uint256 public x; }"
CALLS = "".join(
    f"function f{n}(uint a) internal returns (uint) {{ return f{n + 1}(f{n + 1}(a)); }}\n" for n in range(60)
)
SOLIDITY = {
    "an import from outside": {"a.sol": 'import "https://x.example/a.sol"; contract Till {}'},
    "an import of a path": {"a.sol": 'import "../../../../etc/passwd"; contract Till {}'},
    "a file that imports itself": {"a.sol": f'import "a.sol";\n{TILL}'},
    "two that import each other": {"a.sol": f'import "b.sol";\n{TILL}', "b.sol": 'import "a.sol"; contract B {}'},
    "a contract that inherits from itself": {"a.sol": HEAD + "contract Till is Till {}"},
    "a structure of itself": {"a.sol": HEAD + "contract Till { struct S { S s; } S s; }"},
    "calls that double": {
        "a.sol": f"{HEAD}contract Till {{ {CALLS} function f60(uint a) internal returns (uint) {{ return a + 1; }}"
        " function go() public returns (uint) { return f0(1); } }"
    },
    "two hundred thousand lines": {"a.sol": TILL + "\n//" * 200_000},
    "three thousand functions": {
        "a.sol": HEAD + "contract Till {" + "".join(f"function f{n}() public {{}}\n" for n in range(3_000)) + "}"
    },
    "a huge number": {"a.sol": HEAD + f"contract Till {{ uint x = {'9' * 100_000}; }}"},
    "a huge power": {"a.sol": HEAD + "contract Till { uint x = 2 ** (2 ** 40); }"},
    "a huge literal": {"a.sol": HEAD + f'contract Till {{ string s = "{"a" * 1_000_000}"; }}'},
    "a huge array": {"a.sol": HEAD + "contract Till { uint[2 ** 250] a; uint[2 ** 250][2 ** 250] b; }"},
    "deep brackets": {"a.sol": HEAD + f"contract Till {{ uint x = {'(' * 20_000}1{')' * 20_000}; }}"},
    "text that runs backwards": {"a.sol": HEAD + "contract Till { /* \u202e } \u2066 */ uint x; /* \u202e */ }"},
    "letters that look alike": {"a.sol": HEAD + "contract Till { uint \u0430dmin; }"},
    "a null": {"a.sol": TILL + "\0"},
    "names outside": {"../../a.sol": TILL, "/etc/passwd": ""},
}
VYPER = {
    "an import from outside": {"a.vy": "import os\n"},
    "two that import each other": {"a.vy": "import b\n", "b.vy": "import a\n"},
    "a huge power": {"a.vy": "x: uint256\n@external\ndef f():\n    self.x = 2 ** (2 ** (2 ** 40))\n"},
    "two hundred thousand lines": {"a.vy": "x: uint256\n" + "#\n" * 200_000},
    "text that runs backwards": {"a.vy": "# \u202e }\nx: uint256\n"},
}
CASES = [("Solidity", each) for each in SOLIDITY] + [("Vyper", each) for each in VYPER]
SECONDS, MOST_KIB = 40, 1200 << 10
"""Of a scan with four seconds for a compiler's processor, on a busy machine; the compiler has 1 GiB for its data."""


@cache
def creation() -> bytes:
    made = compiled({"Till.sol": TILL}, {}, code=True)
    return bytes.fromhex(made.output["contracts"]["Till.sol"]["Till"]["evm"]["bytecode"]["object"])


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_a_hostile_source_ends_in_bounds_with_a_reason(
    platform: Platform, user: UUID, evm: Evm, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str]
) -> None:
    language, kind = case
    monkeypatch.setattr(process, "SECONDS", 4)
    till = deploy(evm, creation())
    sources = (SOLIDITY if language == "Solidity" else VYPER)[kind]
    begun = time.monotonic()
    if kind == "a null":
        refused = start(user, till, {"sources": sources})
        assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT")
        return
    told = scanned(platform, user, till, {"sources": sources})
    assert time.monotonic() - begun < SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MOST_KIB
    reasons, ids = told["details"]["unknowns"], {each["id"] for each in told["findings"]}
    assert told["verdict"] in ("unknown", "danger") or not reasons, told
    assert reasons or "source_differs" in ids or told["details"]["source"]["differs"] is False, told
