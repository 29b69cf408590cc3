"""Sources with marked faults by real compilers, ranges of versions, and compilers that run wild."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases import sources as source_cases
from premium.security.compilers import process, solc
from premium.security.compilers.made import Compiled
from premium.security.compilers.process import NotCompiled
from premium.security.compilers.ranges import asked, choice, fits, unasked
from premium.security.compilers.solc import compiled
from premium.security.source.judged import read
from premium.security.source.model import Unit

pytestmark = pytest.mark.unit

_FILES = Path(__file__).parents[2] / "factories" / "contracts" / "faulty"
_MARK = re.compile(r"//! (\w+)")
VERSIONS = [(0, 4, 26), (0, 5, 17), (0, 6, 12), (0, 7, 6), (0, 8, 28)]


@cache
def batch(minor: str) -> tuple[Compiled, dict[str, str]]:
    """Every file of one minor version, in one run of its compiler."""
    texts = {path.name: path.read_text() for path in sorted(_FILES.glob("*.sol"))}
    chosen = {name: text for name, text in texts.items() if f"solidity ^{minor}." in text}
    return compiled({name: _MARK.sub("", text) for name, text in chosen.items()}, {}), chosen


def marked(text: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if mark := _MARK.search(line):
            found.setdefault(mark[1], set()).add(number)
    return found


@pytest.mark.parametrize("minor", ["0.4", "0.5", "0.6", "0.7", "0.8"])
def test_each_fault_is_found_at_its_statement_and_no_other(minor: str) -> None:
    made, texts = batch(minor)
    given: dict[str, dict[str, set[int]]] = {name: {} for name in texts}
    for fault in read(Unit(made.output, made.sources, made.rules), made.rules).faults:
        given[fault.file].setdefault(fault.category, set()).update(fault.lines)
    assert given == {name: marked(text) for name, text in texts.items()}


def asked_of(**case: Any) -> dict[str, Any]:
    (given,) = json.loads(answer(json.dumps([case]), source_cases.kinds(case.pop("_folder", None))))
    return dict(given)


def test_a_case_tells_each_fault_by_its_lines() -> None:
    told = asked_of(sources={"till.sol": _MARK.sub("", (_FILES / "till.sol").read_text())})
    (finding,) = [each for each in told["findings"] if each["category"] == "reentrancy"]
    assert (finding["id"], finding["severity"], finding["lines"], finding["scope"]) == (
        "source_reentrancy", "high", [7], [5, 11],
    )  # fmt: skip
    assert (finding["file"], finding["function"], finding["tool"], finding["basis"]) == (
        "till.sol", "get", "own", "source",
    )  # fmt: skip
    assert told["compiled"] == {"version": "0.4.26", "asked": ["^0.4.19"], "relaxed": False}
    assert (told["verdict"], told["complete"]) == ("danger", True)


def test_a_version_that_is_not_here_is_relaxed_and_named() -> None:
    source = "pragma solidity 0.4.13;\ncontract A { function f() public {\n  selfdestruct(msg.sender); } }"
    told = asked_of(sources={"a.sol": source})
    assert told["compiled"] == {"version": "0.4.26", "asked": ["0.4.13"], "relaxed": True}
    assert [each["lines"] for each in told["findings"]] == [[3]]


def test_code_is_held_against_its_source() -> None:
    source = "pragma solidity ^0.8.0;\ncontract A { address immutable a = msg.sender; uint public x; function f() public { require(msg.sender == a); x = 1; } }"  # noqa: E501
    made = compiled({"a.sol": source}, {}, code=True)
    code = bytearray.fromhex(made.output["contracts"]["a.sol"]["A"]["evm"]["deployedBytecode"]["object"])
    places = made.output["contracts"]["a.sol"]["A"]["evm"]["deployedBytecode"]["immutableReferences"]
    for each in next(iter(places.values())):
        code[each["start"] : each["start"] + 32] = bytes(12) + b"\x77" * 20
    same = {"sources": {"a.sol": source}, "compiler": "v0.8.28+commit.7893614a"}
    assert asked_of(**same, bytecode=code.hex())["findings"] == []
    code[60] ^= 1
    assert [each["id"] for each in asked_of(**same, bytecode=code.hex())["findings"]] == ["source_differs"]
    assert asked_of(**{**same, "compiler": "0.8.20"}, bytecode=code.hex())["findings"] == []


def test_a_file_brings_what_it_imports_from_its_folder_alone(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "a.sol").write_text('pragma solidity ^0.8.0;\nimport "./lib/b.sol";\ncontract A is B {}')
    (folder / "lib").mkdir()
    (folder / "lib" / "b.sol").write_text("pragma solidity ^0.8.0;\ncontract B { uint x; }")
    (tmp_path / "c.sol").write_text("contract C {}")
    (folder / "d.sol").write_text('import "../c.sol";')
    (folder / "e.sol").symlink_to(tmp_path / "c.sol")

    def told(path: str) -> dict[str, Any]:
        (given,) = json.loads(answer(json.dumps([{"path": path}]), source_cases.kinds(folder)))
        return dict(given)

    assert told("a.sol")["verdict"] == "clear"
    for path in ("../c.sol", "d.sol", "e.sol", str(tmp_path / "c.sol")):
        assert "outside" in told(path)["error"]["message"]
    assert "cannot be read" in told("no.sol")["error"]["message"]


@pytest.mark.parametrize(
    ("case", "code", "field"),
    [
        ({"sources": {"a.sol": "pragma solidity ^0.8.0; contract {"}}, "not_compiled", "a.sol:1:"),
        ({"sources": {"a.sol": 'import "https://x.example/y.sol";'}}, "not_compiled", "not found"),
        ({"sources": {"a.sol": 'import "/etc/passwd";'}}, "not_compiled", "not found"),
        ({"sources": {"a.vy": "# pragma version ^0.4.0\ncontract A {}\n"}}, "not_compiled", "a.vy:2"),
        ({"sources": {}}, "invalid_field", "sources"),
        ({"sources": {"a.sol": 5}}, "invalid_field", "sources.a.sol"),
        ({}, "invalid_field", "sources"),
        ({"sources": {"a": ""}, "path": "a"}, "invalid_field", "sources"),
        ({"sources": {str(n): "" for n in range(201)}}, "too_large", "sources"),
        ({"sources": {"a.sol": "/" * (2 << 20) + "/"}}, "too_large", "sources"),
        ({"sources": {"a.sol": ""}, "settings": {"modelChecker": {}}}, "invalid_field", "settings.modelChecker"),
        ({"sources": {"a.sol": ""}, "compiler": "latest"}, "no_compiler", "compiler"),
        ({"sources": {"a.sol": "contract A {}"}, "contract": "B"}, "invalid_field", "contract"),
    ],
)
def test_bad_input_is_named(case: dict[str, Any], code: str, field: str) -> None:
    error = asked_of(id="x", **case)["error"]
    assert (error["code"], field in error["message"]) == (code, True)


@pytest.mark.parametrize(
    ("version", "wanted", "is_in"),
    [
        ((0, 4, 26), "^0.4.11", True), ((0, 5, 17), "^0.4.11", False), ((0, 8, 28), ">=0.4.22 <0.9.0", True),
        ((0, 8, 28), "=0.8.20", False), ((0, 8, 28), "0.8", True), ((0, 8, 28), "0.8.x", True), ((0, 8, 28), "*", True),
        ((0, 4, 26), "0.4.0 - 0.4.30", True), ((0, 5, 17), "^0.4.0 || ^0.5.0", True), ((0, 8, 28), ">0.8", False),
        ((0, 8, 28), "<=0.8", True), ((1, 2, 3), "^1", True), ((0, 7, 6), "~0.7.0", True),
        ((0, 4, 26), "<0.4.26", False), ((0, 8, 28), "nonsense", False),
    ],
)  # fmt: skip
def test_ranges_are_npms(version: tuple[int, int, int], wanted: str, is_in: bool) -> None:
    assert fits(version, wanted) == is_in


def test_the_newest_that_fits_is_chosen_else_the_nearest() -> None:
    here = dict.fromkeys(VERSIONS, None)
    assert choice([">=0.4.22 <0.7.0"], here)[0] == ((0, 6, 12), False)
    assert choice(["0.5.2"], here) == [((0, 5, 17), True)]
    assert choice(["^0.8.30"], here) == [((0, 8, 28), True)]
    assert choice([], here)[0] == ((0, 8, 28), False)


def test_pragmas_in_comments_and_texts_ask_for_nothing() -> None:
    text = '// pragma solidity ^0.4.0;\npragma solidity ^0.8.0;\ncontract A { string s = "pragma solidity ^0.5.0;"; }'
    assert asked([text]) == ["^0.8.0"]
    assert unasked(text) == text.replace("pragma solidity ^0.8.0;\nc", " " * 23 + "\nc")


WILD = {
    "endless": "for (;;) {}",
    "greedy": "const a = []; for (;;) a.push(new Uint8Array(1 << 24).fill(1));",
    "curious": "require('fs').readFileSync('/etc/passwd')",
    "calling": "fetch('http://127.0.0.1/')",
    "leaving": "process.exit(0)",
    "deep": "(function f() { f(); })()",
}


@pytest.mark.parametrize("kind", WILD)
def test_a_compiler_that_runs_wild_is_ended(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a second of processor time here, no file, no network, no process."""
    package = tmp_path / "solc-wild"
    package.mkdir()
    (package / "package.json").write_text('{"version": "0.8.1"}')
    (package / "soljson.js").write_text(WILD[kind])
    monkeypatch.setenv(solc.VARIABLE, str(tmp_path))
    monkeypatch.setattr(process, "SECONDS", 2)
    monkeypatch.setattr(process, "_DATA", 1 << 29)
    with pytest.raises(NotCompiled) as raised:
        compiled({"a.sol": "contract A {}"}, {})
    assert raised.value.code == "not_compiled"


def test_a_compiler_dies_with_its_worker(tmp_path: Path) -> None:
    """A worker that is killed, as by its task's end, leaves no process that computes on."""
    package = tmp_path / "solc-wild"
    package.mkdir()
    (package / "package.json").write_text('{"version": "0.8.1"}')
    (package / "soljson.js").write_text("for (;;) {}")
    program = "from premium.security.compilers.solc import compiled; compiled({'a.sol': ''}, {})"
    environment = {**os.environ, solc.VARIABLE: str(tmp_path)}
    worker = subprocess.Popen([sys.executable, "-c", program], env=environment)
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    compiler = _within(20, lambda: [each for each in children.read_text().split() if _runs_wild(each)])
    worker.kill()
    worker.wait()
    _within(5, lambda: not Path(f"/proc/{compiler[0]}").exists() or _is_dead(compiler[0]))


def _runs_wild(pid: str) -> bool:
    return b"soljson.js" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _is_dead(pid: str) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")


def _within(seconds: float, what: Callable[[], Any]) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(("task", "data"), [("max\n", 1 << 30), ("8589934592\n", 1 << 30), ("1073741824\n", 1 << 29)])
def test_a_compiler_has_half_of_its_task_at_most(task: str, data: int) -> None:
    assert process.memory(task) == data


def test_without_a_compiler_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(solc.VARIABLE, str(tmp_path))
    assert asked_of(id="x", sources={"a.sol": ""})["error"]["code"] == "no_compiler"


def test_a_source_too_large_to_be_read_is_not_clear() -> None:
    """Calls that double at each level, and more statements than are walked."""
    levels = "".join(f"function f{n}() internal {{ {f'f{n + 1}();' * 40} }}\n" for n in range(6))
    source = f"pragma solidity ^0.8.0;\ncontract A {{ uint x; {levels} function f6() internal {{ x++; }} function go() public {{ f0(); }} }}"  # noqa: E501
    told = asked_of(sources={"a.sol": source})
    assert (told["verdict"], told["unknowns"]) == (
        "unknown", ["A is too large or too deeply nested to be read to its end"],
    )  # fmt: skip


def test_assembly_is_not_clear() -> None:
    told = asked_of(
        sources={"a.sol": "pragma solidity ^0.8.0; contract A { function f() public { assembly { sstore(0, 1) } } }"}
    )
    assert told["verdict"] == "unknown"
