"""A regtest node of bcoin in memory, behind a server of Esplora's shape (`node.js`)."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

_HERE = Path(__file__).parent
_KEPT = Path(os.environ.get("PREMIUM_TEST_PACKAGES", Path.home() / ".cache" / "premium-tests" / "npm"))


@dataclass
class Regtest:
    """The node: blocks are mined and coin is sent where a test wants."""

    url: str

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}{path}", timeout=30).raise_for_status()
        return answer.text

    def mine(self, count: int = 1, script: bytes | None = None) -> int:
        return int(self._post("/mine", {"count": count, "script": script.hex() if script else None}))

    def send(self, *outputs: tuple[bytes, int], fee: int = 2_000) -> str:
        return self._post("/send", {"outputs": [(script.hex(), units) for script, units in outputs], "fee": fee})

    def _post(self, path: str, told: dict[str, Any]) -> str:
        answer = httpx.post(f"{self.url}{path}", json=told, timeout=120)
        assert answer.status_code == 200, answer.text
        return answer.text.strip('"')


@contextmanager
def regtest() -> Iterator[Regtest]:
    """Run a node; the test is skipped where npm cannot be reached."""
    command = ["node", str(_HERE / "node.js"), str(_installed())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Regtest(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.kill()
        process.wait()


def _installed() -> Path:
    """Return a folder with the packages of the lock file, fetched once and held to their hashes."""
    lock = (_HERE / "package-lock.json").read_bytes()
    folder = _KEPT / f"bcoin-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        if not (folder / ".whole").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_HERE / name, folder / name)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            if subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode:
                pytest.skip("npm does not give bcoin, whose node this test runs")
            (folder / ".whole").touch()
    return folder
