"""Contracts compiled by real compilers of Vyper, each in an environment of its own, in every mode of optimisation."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.factories.contracts import ROOT, Compiled, kept_rows

_SOURCES = Path(__file__).parent / "sources"
COMPILERS = {"vyper": "0.4.3", "vyper-former": "0.3.10"}
MODES = ("none", "gas", "codesize")
_FORMER = (("@deploy", "@external"), (" // ", " / "), (r"for (\w+): \w+ in", r"for \1 in"))
"""What the former compiler writes otherwise."""


@functools.cache
def vyper_corpus() -> tuple[Compiled, ...]:
    """Every source in every mode of both compilers."""
    texts = {path.stem: path.read_text() for path in sorted(_SOURCES.glob("*.vy"))}
    tools = [Path(__file__).read_text(), *((ROOT / "requirements" / f"{name}.txt").read_text() for name in COMPILERS)]
    return tuple(kept_rows([texts, tools], lambda: _compile(texts)))


def _compile(texts: dict[str, str]) -> list[Compiled]:
    jobs = [(stem, name, mode) for stem in texts for name in COMPILERS for mode in MODES]
    for name in COMPILERS:
        subprocess.run([ROOT / "scripts" / "apart.sh", name], check=True, timeout=100)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda job: compiled(texts[job[0]], *job[1:], name=job[0]), jobs))


def compiled(text: str, compiler: str, mode: str, *, name: str = "contract") -> Compiled:
    """Compile one source; `# expects:` in its first line lists the findings."""
    if compiler == "vyper-former":
        for now, then in _FORMER:
            text = re.sub(now, then, text)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.vy"
        source.write_text(text)
        done = subprocess.run(
            [
                ROOT / ".venv" / compiler / "bin" / "vyper",
                "-f",
                "bytecode,bytecode_runtime,abi",
                "--optimize",
                mode,
                source,
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if done.returncode:
        raise ValueError(done.stderr)
    creation, runtime, abi = done.stdout.strip().splitlines()[-3:]
    first = re.match(r"# expects:(.*)", text)
    return Compiled(
        name=name,
        build=f"vyper {COMPILERS[compiler]} {mode}",
        expects=frozenset(first.group(1).replace(",", " ").split() if first else ()),
        creation=bytes.fromhex(creation[2:]),
        runtime=bytes.fromhex(runtime[2:]),
        abi=json.loads(abi),
    )
