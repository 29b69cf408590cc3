"""A regtest node of Bitcoin in memory, in Esplora's shape: npm `bcoin` 1.0.2, old, without Taproot, for tests alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from filelock import FileLock

_HERE = Path(__file__).parent
_KEPT = Path(os.environ.get("PREMIUM_TEST_PACKAGES", Path.home() / ".cache" / "premium-tests" / "npm")) / "bcoin-1.0.2"


@dataclass(frozen=True)
class Regtest:
    """The node; its own coins pay what tests want paid."""

    url: str

    def mine(self, count: int = 1) -> None:
        self._do("_mine", count=count)

    def earn(self, script: bytes) -> None:
        """A block whose miner is paid by a script."""
        self._do("_earn", script=script.hex())

    def pay(self, outputs: list[tuple[bytes, int]], *, mined: bool = True) -> str:
        return str(self._do("_pay", outputs=[[script.hex(), units] for script, units in outputs], mined=mined))

    def said(self, path: str) -> str:
        with urlopen(f"{self.url}{path}", timeout=30) as response:  # noqa: S310 - the node of this test
            return str(response.read().decode())

    def _do(self, what: str, **asked: Any) -> Any:
        request = Request(f"{self.url}/{what}", json.dumps(asked).encode())  # noqa: S310 - as above
        with urlopen(request, timeout=60) as response:  # noqa: S310 - as above
            text = response.read().decode()
        return text if what == "_pay" else json.loads(text)


@contextmanager
def regtest() -> Iterator[Regtest]:
    """A node whose first hundred blocks' coins may be spent; the test is skipped where npm cannot be reached."""
    folder = _packages()
    with subprocess.Popen(["node", _HERE / "node.js", folder], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int((process.stdout.readline() if process.stdout else "") or 0)
            node = Regtest(f"http://127.0.0.1:{port}")
            node.mine(110)
            yield node
        finally:
            process.terminate()


def _packages() -> Path:
    _KEPT.mkdir(parents=True, exist_ok=True)
    with FileLock(_KEPT / ".lock"):
        lock = (_HERE / "package-lock.json").read_bytes()
        if not (_KEPT / ".done").exists() or (_KEPT / ".done").read_bytes() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_HERE / name, _KEPT / name)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            if subprocess.run(command, cwd=_KEPT, check=False, capture_output=True).returncode:
                pytest.skip("npm does not give bcoin 1.0.2, the node of Bitcoin that this test runs")
            (_KEPT / ".done").write_bytes(lock)
    return _KEPT
