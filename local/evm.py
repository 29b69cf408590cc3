"""Run an EVM node (anvil) on 127.0.0.1 that keeps its chain over restarts.

npm `@foundry-rs/anvil`.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from local.errors import LocalError
from local.service import QUICK, Service

CHAIN_ID = 31337
ROOT = Path(__file__).resolve().parent.parent


class Evm(Service):
    """The EVM node as a neighbour of the stage.

    Blocks are mined as transactions arrive; the state is written every 30 s and at the end.
    """

    name: ClassVar[str] = "evm"
    variable: ClassVar[str] = "PREMIUM_EVM_PORT"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def program(self) -> Path:
        """Return the path of anvil's binary.

        npm's wrapper would leave the binary running when it is killed.
        """
        found = sorted((ROOT / "node_modules" / "@foundry-rs").glob("anvil-*/bin/anvil"))
        if not found:
            raise LocalError("The EVM node (npm @foundry-rs/anvil) is not installed.", "Run: make setup")
        return found[0]

    def prepare(self) -> None:
        """Delete a state file that is not whole.

        A kill during a write leaves half a file, which the node refuses; the market is then built anew.
        """
        state = self.data / "state.json"
        try:
            json.loads(state.read_bytes())
        except FileNotFoundError:
            return
        except ValueError:
            state.unlink()

    def command(self) -> Sequence[str | Path]:
        where: list[str | Path] = ["--host", "127.0.0.1", "--port", str(self.port), "--chain-id", str(CHAIN_ID)]
        keep: list[str | Path] = ["--state", self.data / "state.json", "--state-interval", "30"]
        return [self.program(), *where, *keep, "--preserve-historical-states"]

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            return int(self.call("eth_chainId", seconds=seconds), 16) == CHAIN_ID
        except (OSError, ValueError, KeyError, LocalError):
            return False

    def call(self, method: str, *parameters: object, seconds: float = 60) -> Any:
        """Make one JSON-RPC call and return its result.

        For the commands of this folder; the product reads chains through `premium.chains`.
        """
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})  # noqa: S310  # our own http address
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310  # as above
            document = json.load(answer)
        if "error" in document:
            said = str(document["error"].get("message", ""))[:200].rstrip(".")
            raise LocalError(f"The EVM node refused {method}: {said}.", "See: make logs NAME=evm")
        return document["result"]
