"""`cdk synth -c stage=all`: time, CPU, and whether a second build is the same."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from local.places import ROOT

CDK = ROOT / "node_modules" / ".bin" / "cdk"


def measure() -> None:
    """Three runs: packages built, packages found, and built once more elsewhere."""
    with tempfile.TemporaryDirectory(prefix="premium-synth-") as name:
        folder = Path(name)
        first = _synthesized("packages built", folder / "a", folder / "first")
        _synthesized("packages found", folder / "a", folder / "second")
        again = _synthesized("built once more", folder / "b", folder / "third")
    print(f"{len(first)} assets and templates by hash, {len(first ^ again)} differ between the two builds")


def _synthesized(what: str, packages: Path, output: Path) -> set[str]:
    """The hashes of all assets (templates, archives, image contexts)."""
    command = [str(CDK), "synth", "--quiet", "--no-notices", "-c", "stage=all", "--output", str(output)]
    environment = os.environ | {"PREMIUM_ASSETS_DIR": str(packages)}
    began, cpu = time.perf_counter(), _cpu()
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True, env=environment)
    print(f"{'cdk synth -c stage=all, ' + what:<40}{time.perf_counter() - began:9.1f} s, "
          f"{_cpu() - cpu:.1f} s of CPU", flush=True)  # fmt: skip
    documents = [json.loads(path.read_text()) for path in output.rglob("*.assets.json")]
    return {asset for one in documents for kind in ("files", "dockerImages") for asset in one.get(kind, {})}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
