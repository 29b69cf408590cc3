"""`python -m benchmarks.security.peers`: functions and their arguments beside evmole, whatsabi and heimdall.

On published artifacts whose ABI says what is right. Peers run in environments of their own (`scripts/apart.sh
security-peers`, npm packages of `benchmarks/security/npm`); heimdall within five seconds a contract, for it is known to
hang. `right` and `missed` count functions, `invented` what no ABI has; `arguments` counts functions whose types are
those of the ABI, as far as code can tell them apart.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from premium.abi.signatures import Signature, signature_of_fragment
from premium.security.contract.abi import functions_of
from premium.security.detectors.analysis import profile_of

ROOT = Path(__file__).resolve().parents[2]
_NPM = Path(__file__).parent / "npm"
_FOLDERS = (
    "@openzeppelin/contracts/build/contracts/*.json",
    "@openzeppelin/contracts-upgradeable/build/contracts/*.json",
    "@uniswap/v2-*/build/*.json",
    "@uniswap/v3-*/artifacts/contracts/*.sol/*.json",
)
_MOST_OF_HEIMDALL = 12
"""Contracts that heimdall is given: it takes seconds for each."""
Read = Mapping[str, str | None]
"""Arguments by selector; None where a reader tells none."""

_EVMOLE = """
import json, sys, time, evmole
for line in sys.stdin:
    code, begun = bytes.fromhex(line.strip()), time.process_time()
    made = evmole.contract_info(code, selectors=True, arguments=True)
    found = {each.selector: each.arguments for each in made.functions or []}
    print(json.dumps([found, time.process_time() - begun]), flush=True)
"""
_HEIMDALL = """
import json, sys, time, heimdall_py
for line in sys.stdin:
    begun = time.process_time()
    try:
        made = heimdall_py.decompile_code(line.strip(), timeout_secs=5)
        found = {each.selector.hex(): ','.join(one.type_ for one in each.inputs) for each in made.functions}
    except Exception:
        found = {}
    print(json.dumps([found, time.process_time() - begun]), flush=True)
"""
_WHATSABI = """
const { whatsabi } = require(process.argv[1] + '/node_modules/@shazow/whatsabi');
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
  const begun = process.cpuUsage();
  const found = Object.fromEntries(whatsabi.selectorsFromBytecode('0x' + line).map(each => [each.slice(2), null]));
  console.log(JSON.stringify([found, process.cpuUsage(begun).user / 1e6]));
}
"""


class Contract(NamedTuple):
    """A published code and the functions that its ABI has, by selector."""

    code: bytes
    functions: Mapping[str, Signature]


class Counted(NamedTuple):
    """What a reader came to."""

    right: int
    missed: int
    invented: int
    arguments: int
    told: int
    seconds: float


def main() -> None:
    """Print a row a reader."""
    subprocess.run([ROOT / "scripts" / "apart.sh", "security-peers"], check=True)
    if not (_NPM / "node_modules").exists():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=_NPM, check=True)
    every = list(contracts())
    python = str(ROOT / ".venv" / "security-peers" / "bin" / "python")
    few = every[:: max(1, len(every) // _MOST_OF_HEIMDALL)][:_MOST_OF_HEIMDALL]
    print(f"{len(every)} contracts, {sum(len(each.functions) for each in every)} functions")
    print(f"{'reader':14}{'right':>8}{'missed':>8}{'invented':>10}{'arguments':>12}{'ms a contract':>15}")
    show("ours", every, ours(every))
    show("evmole", every, asked([python, "-c", _EVMOLE], every))
    show("whatsabi", every, asked(["node", "-e", _WHATSABI, str(_NPM)], every))
    print(f"on {len(few)} of them:")
    show("ours", few, ours(few))
    show("heimdall", few, asked([python, "-c", _HEIMDALL], few))


def contracts() -> Iterator[Contract]:
    """Return published codes with functions, each once."""
    seen: set[bytes] = set()
    for path in sorted(each for folder in _FOLDERS for each in (ROOT / "node_modules").glob(folder)):
        document = json.loads(path.read_text())
        if not isinstance(document, dict) or "abi" not in document:
            continue
        code = document.get("deployedBytecode") or (document.get("evm") or {}).get("deployedBytecode") or ""
        text = str(code["object"] if isinstance(code, dict) else code).removeprefix("0x")
        made = [signature_of_fragment(each) for each in document["abi"] if each.get("type") == "function"]
        functions = {each.selector.hex(): each for each in made if each is not None}
        if functions and text and "_" not in text and (raw := bytes.fromhex(text)) not in seen:
            seen.add(raw)
            yield Contract(raw, functions)


def ours(every: Sequence[Contract]) -> list[tuple[Read, float]]:
    """Read by the product."""
    made: list[tuple[Read, float]] = []
    for each in every:
        begun = time.process_time()
        found = {one["selector"][2:]: one["arguments"] for one in functions_of(profile_of(each.code))}
        made.append((found, time.process_time() - begun))
    return made


def asked(command: Sequence[str], every: Sequence[Contract]) -> list[tuple[Read, float]]:
    """Read by a peer in a process of its own.

    What it does not end within ten minutes is missed.
    """
    given = "\n".join(each.code.hex() for each in every)
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=600, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) < len(every):
        print(f"  {command[0]} ended early: {done.stderr.strip()[-200:]}")
    return [(found, seconds) for found, seconds in lines]


def counted(every: Sequence[Contract], read: Sequence[tuple[Read, float]]) -> Counted:
    """Hold what a reader says against the ABIs."""
    right = invented = arguments = told = 0
    for each, (found, _) in zip(every, read, strict=False):
        right += len(found.keys() & each.functions.keys())
        invented += len(found.keys() - each.functions.keys())
        for selector in found.keys() & each.functions.keys():
            said = found[selector]
            told += said is not None
            arguments += said is not None and alike(said, each.functions[selector])
    functions = sum(len(each.functions) for each in every)
    return Counted(right, functions - right, invented, arguments, told, sum(each for _, each in read))


def alike(said: str, true: Signature) -> bool:
    """Whether types are the same; a contract or an enumeration is its word."""
    return said.replace(" ", "").strip("()") == true.text[true.text.index("(") + 1 : -1].strip("()")


def show(name: str, every: Sequence[Contract], read: Sequence[tuple[Read, float]]) -> None:
    """Print what a reader came to."""
    made = counted(every, read)
    arguments = f"{made.arguments}/{made.told}" if made.told else "-"
    milliseconds = made.seconds / max(1, len(read)) * 1000
    print(f"{name:14}{made.right:>8}{made.missed:>8}{made.invented:>10}{arguments:>12}{milliseconds:>15.2f}")


if __name__ == "__main__":
    main()
