"""Sources of Vyper with marked faults, by both compilers, programs of several files, and compilers that run wild."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases import sources as source_cases
from premium.security.compilers import process, vyper
from premium.security.compilers.languages import compiled, is_vyper
from premium.security.compilers.made import Compiled
from premium.security.compilers.process import NotCompiled
from premium.security.source.judged import read
from premium.security.source.model import Unit
from tests.factories.contracts import ROOT

pytestmark = pytest.mark.unit

_FILES = Path(__file__).parents[2] / "factories" / "contracts" / "faulty"
_MARK = re.compile(r"#! (\w+)")


@pytest.fixture(autouse=True, scope="module")
def compilers() -> None:
    """Both compilers stand in environments of their own."""
    for name in ("vyper", "vyper-former"):
        subprocess.run([ROOT / "scripts" / "apart.sh", name], check=True, timeout=100)


@cache
def made(name: str) -> tuple[Compiled, str]:
    text = (_FILES / name).read_text()
    return compiled({name: _MARK.sub("", text)}, {}), text


def marked(text: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if mark := _MARK.search(line):
            found.setdefault(mark[1], set()).add(number)
    return found


def asked_of(**case: Any) -> dict[str, Any]:
    (given,) = json.loads(answer(json.dumps([case]), source_cases.kinds()))
    return dict(given)


def checks(told: dict[str, Any]) -> set[tuple[str, int]]:
    return {(each["check"], each["lines"][0]) for each in told["findings"]}


@pytest.mark.parametrize(("name", "version"), [("purse.vy", (0, 4, 3)), ("till.vy", (0, 3, 10))])
def test_each_fault_is_found_at_its_statement_and_no_other(name: str, version: tuple[int, int, int]) -> None:
    one, text = made(name)
    assert (one.version, one.relaxed, one.language) == (version, False, "Vyper")
    given: dict[str, set[int]] = {}
    for fault in read(Unit(one.output, one.sources, one.rules), one.rules).faults:
        given.setdefault(fault.category, set()).update(fault.lines)
    assert given == marked(text)


def test_a_case_names_its_compiler_and_its_language() -> None:
    told = asked_of(sources={"till.vy": _MARK.sub("", (_FILES / "till.vy").read_text())})
    assert told["compiled"] == {"version": "0.3.10", "asked": ["^0.3.7"], "relaxed": False, "language": "Vyper"}
    (finding,) = [each for each in told["findings"] if each["check"] == "open-selfdestruct"]
    assert (finding["id"], finding["scope"], finding["contract"], finding["function"]) == (
        "source_access_control", [39, 40], "till", "end",
    )  # fmt: skip
    assert (told["verdict"], told["complete"]) == ("danger", True)


OWNABLE = """
# pragma version ^0.4.0
owner: public(address)
@deploy
def __init__():
    self.owner = msg.sender
@internal
def _check():
    assert msg.sender == self.owner
@external
def hand(to: address):
    self.owner = to
"""
MAIN = """
# pragma version ^0.4.0
from lib import ownable
initializes: ownable
{exports}
kept: uint256
@deploy
def __init__():
    ownable.__init__()
@external
def put(n: uint256):
    ownable._check()
    self.kept = n
@external
def reset():
    selfdestruct(ownable.owner)
@external
def own(to: address):
    ownable.owner = to
"""


def test_a_program_of_several_files_is_read_as_one() -> None:
    """A function of an imported file counts where it can be called."""
    files = {"main.vy": MAIN.format(exports=""), "lib/ownable.vy": OWNABLE}
    told = asked_of(sources=files)
    assert checks(told) == {("open-selfdestruct", 16), ("open-owner", 19)}
    files["main.vy"] = MAIN.format(exports="exports: ownable.hand")
    told = asked_of(sources=files)
    assert {each["file"] for each in told["findings"] if each["lines"] == [12]} == {"lib/ownable.vy"}
    assert len(told["findings"]) == 3


def test_the_locks_of_three_versions_lock_nothing() -> None:
    text = "# @version {}\nheld: HashMap[address, uint256]\n@external\n@nonreentrant('a')\ndef f():\n    raw_call(msg.sender, b'', value=self.held[msg.sender])\n    self.held[msg.sender] = 0\n"  # noqa: E501
    assert checks(asked_of(sources={"a.vy": text.format("0.2.16")})) == {("call-before-write", 6)}
    assert checks(asked_of(sources={"a.vy": text.format("0.2.15")})) == {("call-before-write", 6)}
    assert checks(asked_of(sources={"a.vy": text.format("0.3.7")})) == set()
    assert checks(asked_of(sources={"a.vy": text.format(">=0.2.15")})) == set()


def test_a_program_may_lock_every_function() -> None:
    text = "# pragma version ^0.4.3\n{}\nheld: HashMap[address, uint256]\n@external\n{}\ndef f():\n    raw_call(msg.sender, b'', value=self.held[msg.sender])\n    self.held[msg.sender] = 0\n"  # noqa: E501
    on = "# pragma nonreentrancy on"
    assert checks(asked_of(sources={"a.vy": text.format("", "")})) == {("call-before-write", 7)}
    assert checks(asked_of(sources={"a.vy": text.format(on, "")})) == set()
    assert checks(asked_of(sources={"a.vy": text.format(on, "@reentrant")})) == {("call-before-write", 7)}


def test_code_is_held_against_its_source() -> None:
    """What stands behind the code are immutables."""
    text = "a: immutable(address)\nx: public(uint256)\n@deploy\ndef __init__():\n    a = msg.sender\n@external\ndef f():\n    assert msg.sender == a\n    self.x = 1\n"  # noqa: E501
    one = compiled({"a.vy": text}, {})
    code = bytes.fromhex(one.output["contracts"]["a.vy"]["a"]["evm"]["deployedBytecode"]["object"])
    kept = code + bytes(12) + b"\x77" * 20
    same = {"sources": {"a.vy": text}, "compiler": "vyper:0.4.3"}
    assert asked_of(**same, bytecode=kept.hex())["findings"] == []
    other = bytearray(kept)
    other[40] ^= 1
    assert [each["id"] for each in asked_of(**same, bytecode=other.hex())["findings"]] == ["source_differs"]
    assert asked_of(**same, bytecode=kept.hex(), settings={"optimize": "none"})["findings"][0]["id"] == "source_differs"


@pytest.mark.parametrize(
    ("files", "compiler", "is_so"),
    [
        ({"a.vy": ""}, None, True),
        ({"a.sol": "@external"}, None, False),
        ({"A": "# @version ^0.3.1\n"}, None, True),
        ({"A": "x: uint256\n@external\ndef f(): pass\n"}, None, True),
        ({"A": "pragma solidity ^0.8.0;\ncontract A {}"}, None, False),
        ({"A": "x: uint256\n"}, "vyper:0.3.7", True),
        ({"A": "contract A {}"}, "v0.8.20+commit.a1b79de6", False),
    ],
)
def test_a_language_is_told_from_what_is_given(files: dict[str, str], compiler: str | None, *, is_so: bool) -> None:
    assert is_vyper(files, compiler) == is_so


DEEP = "x: uint256\n@external\ndef f():\n    self.x = " + "(" * 3000 + "1" + ")" * 3000 + "\n"
HOSTILE = {
    "an import from outside": {"a.vy": "import os\n"},
    "an import of a path": {"a.vy": "from ......etc import passwd\n"},
    "a file that imports itself": {"a.vy": "import a\nx: uint256\n"},
    "two that import each other": {"a.vy": "import b\n", "b.vy": "import a\n"},
    "names outside": {"../../a.vy": "x: uint256\n", "/etc/b.vy": "import passwd\n"},
    "deep brackets": {"a.vy": DEEP},
    "a long number": {"a.vy": f"x: uint256\n@external\ndef f():\n    self.x = {'9' * 100_000}\n"},
    "a power": {"a.vy": "x: uint256\n@external\ndef f():\n    self.x = 2 ** (2 ** (2 ** 40))\n"},
    "a lone surrogate": {"a.vy": "# \ud800\nx: uint256\n"},
    "a null": {"a.vy": "x: uint256\0\n"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_sources_are_refused_in_bounds(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SECONDS", 3)
    told = asked_of(sources=HOSTILE[kind])
    if "error" in told:
        assert told["error"]["code"] in ("not_compiled", "invalid_field"), told
    else:
        assert told["verdict"] in ("clear", "unknown"), told


def test_two_hundred_thousand_lines_end_in_bounds() -> None:
    lines = "".join(f"@external\ndef f{n}():\n    pass\n" for n in range(66_000))
    assert asked_of(sources={"a.vy": lines})["error"]["code"] == "too_large"
    assert asked_of(sources={"a.vy": "x: uint256\n" + "#\n" * 200_000})["verdict"] == "clear"
    assert (
        asked_of(sources={"a.vy": "# pragma version ^0.4.0\n" + "@external\n" * 20_000})["error"]["code"]
        == "not_compiled"
    )


WILD = {
    "endless": "while True: pass",
    "greedy": "a = []\nwhile True: a.append(bytearray(1 << 24))",
    "curious": "print(open('/etc/passwd').read())",
    "writing": "open(__file__, 'w')",
    "calling": "import socket; socket.create_connection(('127.0.0.1', 80))",
    "starting": "import os; os.system('true')",
    "forking": "import os; os.fork()",
    "deep": "f = lambda: f()\nf()",
    "loud": "import sys; sys.stdout.write('x' * (1 << 20))",
}


def _environment(folder: Path, body: str) -> None:
    """An environment whose compiler does something else at the second contract that it is given."""
    home = folder / "vyper-wild"
    package = home / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
    (package / "vyper-0.4.9.dist-info").mkdir(parents=True)
    (home / "bin").mkdir()
    (home / "bin" / "python").symlink_to(sys.executable)
    (home / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    (package / "vyper" / "compiler").mkdir(parents=True)
    (package / "vyper" / "compiler" / "__init__.py").write_text("")
    (package / "vyper" / "compiler" / "input_bundle.py").write_text(
        "class JSONInputBundle:\n    def __init__(self, read, search_paths): pass\n"
        "    def load_file(self, path): return str(path)\n"
    )
    (package / "vyper" / "compiler" / "settings.py").write_text(
        "class OptimizationLevel: pass\nclass Settings:\n    def __init__(self, **given): pass\n"
    )
    (package / "vyper" / "__init__.py").write_text(
        "def compile_from_file_input(file, **given):\n    if file != 'warm.vy':\n"
        + textwrap.indent(body, " " * 8)
        + "\n    return {'annotated_ast_dict': {'ast': {'ast_type': 'Module', 'body': []}, 'imports': []}, "
        "'bytecode': '0x', 'bytecode_runtime': '0x', 'method_identifiers': {}, 'layout': {}}\n"
    )


@pytest.mark.parametrize("kind", WILD)
def test_a_compiler_that_runs_wild_is_ended(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has two seconds of processor time here, no file but its own, no network, no process."""
    _environment(tmp_path, WILD[kind])
    monkeypatch.setenv(vyper.VARIABLE, str(tmp_path))
    monkeypatch.setattr(process, "SECONDS", 2)
    monkeypatch.setattr(process, "_DATA", 1 << 29)
    with pytest.raises(NotCompiled) as raised:
        compiled({"a.vy": "x: uint256\n"}, {})
    assert raised.value.code == "not_compiled"


def test_a_tame_compiler_in_the_same_place_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment(tmp_path, "pass")
    monkeypatch.setenv(vyper.VARIABLE, str(tmp_path))
    assert compiled({"a.vy": "x: uint256\n"}, {}).version == (0, 4, 9)


def test_without_a_compiler_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(vyper.VARIABLE, str(tmp_path))
    assert asked_of(sources={"a.vy": ""})["error"]["code"] == "no_compiler"
    assert asked_of(sources={"a.vy": ""}, compiler="vyper:latest")["error"]["code"] == "no_compiler"
