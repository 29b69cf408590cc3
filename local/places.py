"""Define the state folder and ports of a local stage.

Two stages with different folders and ports run side by side.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

ROOT = Path(__file__).resolve().parent.parent
_PORTS = {"aws": 4566, "postgres": 55432, "redis": 56379, "evm": 58545}
_KEPT = "ports.json"
BEHIND = {"inbox": 100, "console": 200}
"""Of ports without a word of them, how far they lie above the EVM node's."""


@dataclass(frozen=True)
class Places:
    """The state folder, ports and external neighbours of a stage.

    `external` holds the addresses that the user gave: `AWS_ENDPOINT_URL`, `DATABASE_URL`, `REDIS_URL`, …
    """

    state: Path
    ports: Mapping[str, int]
    external: Mapping[str, str]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Places:
        state = Path(environ.get("PREMIUM_STATE_DIR") or ROOT / ".local").absolute()
        usual = _PORTS | _kept(state / _KEPT)
        ports = {
            name: _port(environ, f"PREMIUM_{name.upper()}_PORT", default)
            for name, default in usual.items()
            if name in _PORTS
        }
        # By the EVM node's, so that a stage that was given four ports does not meet another's; not the one after it,
        # where people put proxies before the node, and second nodes.
        kept = _kept(state / _KEPT)
        for name, behind in BEHIND.items():
            ports[name] = _port(environ, f"PREMIUM_{name.upper()}_PORT", kept.get(name, ports["evm"] + behind))
        _distinct(ports)
        names = ("AWS_ENDPOINT_URL", "DATABASE_URL", "TIMESERIES_URL", "REDIS_URL")
        external = {name: environ[name].rstrip("/") for name in names if environ.get(name)}
        if ("DATABASE_URL" in external) != ("TIMESERIES_URL" in external):
            raise LocalError("DATABASE_URL and TIMESERIES_URL go together.", "Set both, or neither.")
        return cls(state, ports, external)

    def keep(self) -> None:
        """Write the stage's ports down for later commands that name none.

        They find this stage then, and not another that runs beside it.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / _KEPT).write_text(json.dumps(dict(self.ports)))

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def outputs(self) -> Path:
        """Return the file of the stacks' outputs, which the CDK command writes."""
        return self.state / "outputs.json"

    @property
    def chains(self) -> Path:
        """Return the chains file (CHAINS_FILE), which names the local EVM node."""
        return self.state / "chains.json"


def _kept(file: Path) -> dict[str, int]:
    """Return the ports on which a stage was started.

    None where it never was, or where the file cannot be read.
    """
    try:
        kept = json.loads(file.read_text())
        return {name: int(kept[name]) for name in (*_PORTS, *BEHIND) if name in kept}
    except (OSError, ValueError, TypeError, LookupError):
        return {}


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise LocalError(f"{name} is {text!r}.", "A port from 1024 to 65535 is needed.")
    return int(text)


def _distinct(ports: Mapping[str, int]) -> None:
    """Two processes on one port: the second would not start, or be taken for the first."""
    owners: dict[int, str] = {}
    for name, port in ports.items():
        if (other := owners.setdefault(port, name)) != name:
            variables = f"PREMIUM_{other.upper()}_PORT and PREMIUM_{name.upper()}_PORT"
            raise LocalError(f"{variables} are both {port}.", "Each process needs a port of its own.")
