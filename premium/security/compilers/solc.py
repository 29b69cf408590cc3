"""Run a compiler of Solidity in a bounded process of its own.

The compiler is npm's `solc`: machine code in a context without a file, a network or a clock, inside a Node process
that may read the compilers' folder alone. What a source imports must be among the sources.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from premium.security.compilers.made import Compiled
from premium.security.compilers.process import NotCompiled, run
from premium.security.compilers.ranges import Version, asked, choice, unasked, version_of

VARIABLE = "PREMIUM_SOLC"
"""Names a folder of npm packages with compilers, where it is not the project's own."""
_PACKAGES = Path(__file__).resolve().parents[3] / "node_modules"
_TRIED = 3
"""How many versions that fit are tried: code for 0.4 may say `>=0.4.0` and mean it."""
_ELSEWHERE = "File import callback not supported"
"""Of an import that is not among the sources: no other version finds it either."""
_DRIVER = """
const fs = require('fs'), vm = require('vm');
const [packages, soljson] = process.argv.slice(1);
const quiet = { log() {}, warn() {}, error() {} };
const context = vm.createContext({ Module: {}, console: quiet, atob });
vm.runInContext(fs.readFileSync(soljson, 'utf8'), context, { filename: 'soljson' });
const solc = require(packages + '/solc/wrapper')(context.Module);
const input = fs.readFileSync(0, 'utf8');
fs.writeSync(1, '\\n');
const text = solc.compile(input);
for (let at = 0; at < text.length; at += 65536) fs.writeSync(1, text.slice(at, at + 65536));
"""


def compilers() -> dict[Version, Path]:
    """Return the compilers that are here, by version."""
    folder = Path(os.environ.get(VARIABLE) or _PACKAGES)
    found: dict[Version, Path] = {}
    for described in sorted(folder.glob("solc*/package.json")):
        named = version_of(str(json.loads(described.read_text()).get("version", "")))
        code = described.parent / "soljson.js"
        if named is not None and code.is_file():
            found[named] = code
    return found


def compiled(
    sources: Mapping[str, str], settings: Mapping[str, Any], *, compiler: str | None = None, code: bool = False
) -> Compiled:
    """Compile sources by the version they ask for; `code` also makes what is deployed.

    Raises NotCompiled with `no_compiler` or `not_compiled`.
    """
    here = compilers()
    if not here:
        raise NotCompiled("no_compiler", "no compiler of Solidity is installed: npm solc")
    wanted = asked(sources.values())
    stated = version_of(compiler) if compiler else None
    if compiler and stated is None:
        raise NotCompiled("no_compiler", f"compiler: {compiler[:80]} is no version of solc")
    ranges = [f"={'.'.join(map(str, stated))}"] if stated else wanted
    reason = NotCompiled("not_compiled", "nothing was compiled")
    for version, relaxed in choice(ranges, here)[:_TRIED]:
        read = {path: unasked(text) for path, text in sources.items()} if relaxed or stated else dict(sources)
        try:
            output = _run(here[version], read, settings, code=code)
        except NotCompiled as error:
            reason = error if reason.message == "nothing was compiled" else reason
            if _ELSEWHERE in error.message:
                break
            continue
        return Compiled(version, tuple(wanted), relaxed, read, output)
    raise reason


def _run(soljson: Path, sources: Mapping[str, str], settings: Mapping[str, Any], *, code: bool) -> Mapping[str, Any]:
    made = ["evm.deployedBytecode", "evm.bytecode.object", "evm.methodIdentifiers"] if code else []
    asked_for = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": {**settings, "outputSelection": {"*": {"": ["ast"], "*": made}}},
    }
    text = _process(soljson, json.dumps(asked_for))
    try:
        output = json.loads(text)
    except (ValueError, RecursionError):
        raise NotCompiled("not_compiled", "the compiler's answer could not be read") from None
    errors = [each for each in output.get("errors") or () if each.get("severity") == "error"]
    if errors:
        told = str(errors[0].get("formattedMessage") or errors[0].get("message") or "").strip()
        raise NotCompiled("not_compiled", " ".join(told.split())[:500])
    return dict(output)


def _process(soljson: Path, given: str) -> str:
    """Run Node once."""
    node = shutil.which("node")
    if node is None:
        raise NotCompiled("no_compiler", "the compiler needs Node.js, which is not here")
    packages = soljson.parent.parent
    command = [
        node,
        _permission(node),
        f"--allow-fs-read={packages}/*",
        "--max-old-space-size=900",
        "--stack-size=3900",
    ]
    return run([*command, "-e", _DRIVER, str(packages), str(soljson)], given)


@cache
def _permission(node: str) -> str:
    """Node's flag that takes the file system away; its name changed with Node 24."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    major = int(told.stdout.strip().lstrip("v").split(".")[0] or 0)
    return "--permission" if major >= 24 else "--experimental-permission"
