"""Ask the deployed API whether it is ready.

The request goes through the gateway and a function to every store.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass


@dataclass(frozen=True)
class Readiness:
    """What the API said: nothing, that it is ready, or what is not."""

    well: bool = False
    answered: bool = False
    said: str = "nothing was asked yet"


def readiness(api: str, *, seconds: float) -> Readiness:
    """Ask once, for at most `seconds`."""
    try:
        with urllib.request.urlopen(f"{api}/v1/health/ready", timeout=seconds) as answer:  # noqa: S310  # the address our own stack gave
            text = answer.read(2000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return Readiness(answered=True, said=error.read(2000).decode(errors="replace") or f"HTTP {error.code}")
    except TimeoutError:
        return Readiness(said=f"no answer within {seconds:.0f} s")
    except OSError as error:
        return Readiness(said=f"no answer: {getattr(error, 'reason', error)}")
    try:
        well = json.loads(text).get("success") is True
    except (ValueError, AttributeError):
        well = False
    return Readiness(well=well, answered=True, said=text)
