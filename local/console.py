"""Run the front of the web console on 127.0.0.1.

Its pages and both APIs have one origin, as at the edge.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from local.places import ROOT
from local.service import QUICK, Service

BUILT = ROOT / "console" / "dist"


class Console(Service):
    """The console's front as a neighbour of the stage.

    It may start before the stage is deployed.
    """

    name: ClassVar[str] = "console"
    variable: ClassVar[str] = "PREMIUM_CONSOLE_PORT"
    grace: ClassVar[float] = 3

    def __init__(self, data: Path, port: int, outputs: Path) -> None:
        super().__init__(data, port)
        self._outputs = outputs

    @property
    def page(self) -> str:
        return f"http://{self.address}/app/"

    def command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "local.front", str(self.port), self._outputs.absolute()]

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "PYTHONPATH": str(ROOT)}

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            with urllib.request.urlopen(f"{self.page}stage.json", timeout=seconds) as answer:  # noqa: S310  # our own http address
                return bool(json.load(answer) == {"stage": "local"})
        except (OSError, ValueError):
            return False
