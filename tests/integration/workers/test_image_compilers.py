"""The worker image compiles what users give: every compiler, by a user without rights, upon a read-only root."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.image_root import worker_image

pytestmark = pytest.mark.integration
PROGRAM = """
from premium.security.compilers.solc import compiled, compilers
for version in sorted(compilers()):
    text = "pragma solidity " + ".".join(map(str, version)) + "; contract A { function f() public {} }"
    made = compiled({"a.sol": text}, {}, code=True)
    assert made.version == version and made.output["contracts"]["a.sol"]["A"]["evm"]["methodIdentifiers"], version
    print("compiled", ".".join(map(str, version)))
from premium.security.compilers import vyper
for version in sorted(vyper.compilers()):
    text = "# @version " + ".".join(map(str, version)) + "\\nx: public(uint256)\\n"
    made = vyper.compiled({"a.vy": text}, {})
    assert made.version == version and made.output["contracts"]["a.vy"]["a"]["evm"]["methodIdentifiers"], version
    print("compiled", ".".join(map(str, version)))
"""
"""Run in the image's interpreter, from its own environment alone."""


def test_every_compiler_runs_in_the_image(tmp_path: Path) -> None:
    image = worker_image(tmp_path / "root")
    assert image.declared.environment["PREMIUM_SOLC"] == "/opt/compilers/solidity/node_modules"
    output = tmp_path / "output.log"
    process = image.start(("python", "-c", PROGRAM), {}, output)
    assert process.wait(timeout=120) == 0, output.read_text()
    told = output.read_text().split("compiled ")[1:]
    assert [each.strip() for each in told] == ["0.4.26", "0.5.17", "0.6.12", "0.7.6", "0.8.28", "0.3.10", "0.4.3"]
