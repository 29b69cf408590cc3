"""Run a compiler of Solidity in a bounded process of its own.

The compiler is npm's `solc`: machine code in a context without a file, a network or a clock, inside a Node process
that may read the compilers' folder alone. What a source imports must be among the sources.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from premium.security.compilers.ranges import Version, asked, choice, unasked, version_of

VARIABLE = "PREMIUM_SOLC"
"""Names a folder of npm packages with compilers, where it is not the project's own."""
SECONDS, MEMORY, ANSWER = 60, 1 << 30, 64 << 20
"""Of CPU (twice as much by the clock), of data, and of what it answers, in bytes."""
_LIBRARY = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_DIES_WITH_US = 1
"""PR_SET_PDEATHSIG: a worker that is killed leaves no compiler behind."""
_TASK = Path("/sys/fs/cgroup/memory.max")
"""What this process and its children may have together, where a container says so."""
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


class NotCompiled(Exception):
    """Nothing was compiled: a code of a case and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Compiled(NamedTuple):
    """What a compiler made of sources."""

    version: Version
    asked: tuple[str, ...]
    relaxed: bool
    sources: Mapping[str, str]
    """As the compiler read them."""
    output: Mapping[str, Any]


def memory(most: str) -> int:
    """Return the bytes of data that a compiler may have.

    1 GiB, but half of what its task has together (`most`, as Linux writes it; `max` where nothing bounds it).
    So a source that takes all it can ends its compiler, never the worker beside it.
    """
    return min(MEMORY, int(most) // 2) if most.strip().isdigit() else MEMORY


_DATA = memory(_TASK.read_text() if _TASK.is_file() else "max")


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
    """Run Node once; what it writes is in a file of bounded size."""
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
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            [*command, "-e", _DRIVER, str(packages), str(soljson)],
            stdin=subprocess.PIPE, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/",
            preexec_fn=_bounded, start_new_session=True,  # noqa: PLW1509 - before any thread of ours
        )  # fmt: skip
        try:
            process.communicate(given.encode(), timeout=2 * SECONDS)
        except subprocess.TimeoutExpired:
            raise NotCompiled("not_compiled", f"the compiler took longer than {2 * SECONDS} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        answer.seek(0)
        text = answer.read(ANSWER).decode(errors="replace")
    if process.returncode or not text.strip():
        raise NotCompiled("not_compiled", "the compiler ended: out of time or memory, or it failed by itself")
    return text


def _bounded() -> None:
    if _LIBRARY is not None:
        _LIBRARY.prctl(_DIES_WITH_US, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (_DATA, _DATA))
    resource.setrlimit(resource.RLIMIT_FSIZE, (ANSWER, ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@cache
def _permission(node: str) -> str:
    """Node's flag that takes the file system away; its name changed with Node 24."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    major = int(told.stdout.strip().lstrip("v").split(".")[0] or 0)
    return "--permission" if major >= 24 else "--experimental-permission"
