"""Ask the deployed API whether it is ready.

The request goes through the gateway and a function to every store.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Readiness:
    """What the API said: nothing, that it is ready, or what is not."""

    well: bool = False
    answered: bool = False
    said: str = "nothing was asked yet"
    states: Mapping[str, str] = field(default_factory=dict)
    """`ok`, `slow` or `down`, by store."""

    @property
    def slow(self) -> list[str]:
        """Return the stores that answered late."""
        return [name for name, state in self.states.items() if state == "slow"]

    @property
    def only_slow(self) -> bool:
        """Tell whether stores are slow, and none is down."""
        return bool(self.slow) and set(self.states.values()) <= {"ok", "slow"}


def readiness(api: str, *, seconds: float) -> Readiness:
    """Ask once, for at most `seconds`."""
    try:
        with urllib.request.urlopen(f"{api}/v1/health/ready", timeout=seconds) as answer:  # noqa: S310  # the address our own stack gave
            text = answer.read(2000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return _refusal(error.read(2000).decode(errors="replace") or f"HTTP {error.code}")
    except TimeoutError:
        return Readiness(said=f"no answer within {seconds:.0f} s")
    except OSError as error:
        return Readiness(said=f"no answer: {getattr(error, 'reason', error)}")
    try:
        well = json.loads(text).get("success") is True
    except (ValueError, AttributeError):
        well = False
    return Readiness(well=well, answered=True, said=text)


def _refusal(text: str) -> Readiness:
    """Read what an answer that is not 200 says of each store; a gateway's own says nothing of them."""
    try:
        error = json.loads(text)["error"]
        states = {str(name): str(state) for name, state in error["details"].items()}
        text = str(error.get("message", text))
    except (ValueError, LookupError, TypeError, AttributeError):
        states = {}
    return Readiness(answered=True, said=text, states=states)
