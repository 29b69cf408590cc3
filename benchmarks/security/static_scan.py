"""Static scan of published contracts: exploration and detectors, no node. Target: 24 KiB in under 100 ms (of CPU time).

Compared with a bare linear disassembly of the same code, which finds nothing.
Run: python -m benchmarks.security.static_scan
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.evm.disassembly import Disassembly

ROOT = Path(__file__).resolve().parents[2] / "node_modules"
PATHS = (
    "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json",
    "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json",
    "@uniswap/v2-periphery/build/UniswapV2Router02.json",
    "@openzeppelin/contracts/build/contracts/ERC1155PresetMinterPauser.json",
    "@openzeppelin/contracts/build/contracts/ERC20PresetMinterPauser.json",
)
ROUNDS = 15


def runtime(path: str) -> bytes:
    document = json.loads((ROOT / path).read_text())
    code = document.get("deployedBytecode") or document["evm"]["deployedBytecode"]["object"]
    return bytes.fromhex((code["object"] if isinstance(code, dict) else code).removeprefix("0x"))


def milliseconds(work: Callable[[], object]) -> list[float]:
    work()
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) * 1000)
    return sorted(found)


def main() -> None:
    print(f"{'contract':36}{'bytes':>7}{'linear ms':>11}{'scan p50 ms':>13}{'scan max ms':>13}{'ms / 24 KiB':>13}")
    total = []
    for path in PATHS:
        code = runtime(path)
        linear = milliseconds(lambda code=code: Disassembly(code).instructions)
        scan = milliseconds(lambda code=code: signals_of(profile_of(code)))
        middle = statistics.median(scan)
        total.append(middle)
        name = path.rsplit("/", 1)[-1].removesuffix(".json")
        scaled = middle * 24576 / len(code)
        print(f"{name:36}{len(code):7}{statistics.median(linear):11.1f}{middle:13.1f}{scan[-1]:13.1f}{scaled:13.1f}")
    mean = statistics.mean(total)
    print(f"mean {mean:.1f} ms: {1000 / mean:.0f} scans a second and core")
    print(f"1 M scans a day need {1e6 * mean / 86_400_000:.2f} cores for the static part")


if __name__ == "__main__":
    main()
