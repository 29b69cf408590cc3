"""Our verdicts beside those of PyPI's `siwe`, in an environment of its own: equal, or different for a known reason."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from premium.siwe.cases import Nonces, verdict
from premium.siwe.message import compose
from tests.unit.accounts.messages import fields, signed

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(100 + 2 * int(os.environ.get("PREMIUM_SIWE_EXAMPLES", "60"))),
]
ROOT = Path(__file__).parents[3]
NOW = "2025-10-17T10:00:00Z"
EXAMPLES = int(os.environ.get("PREMIUM_SIWE_EXAMPLES", "60"))
"""Of each, a message, a mutation of it and one of its signature are judged; siwe takes some 30 ms for one."""
pytestmark = [pytest.mark.integration, pytest.mark.timeout(100 + 2 * EXAMPLES)]
PEER = """
import json, sys
from datetime import datetime
from siwe import SiweMessage, VerificationError
NOW = datetime.fromisoformat("2025-10-17T10:00:00+00:00")
for line in sys.stdin:
    asked = json.loads(line)
    try:
        message = SiweMessage.from_message(asked["message"])
        read = {name: str(value) if not isinstance(value, (list, int)) else value
                for name, value in message.model_dump().items() if value is not None}
        message.verify(asked["signature"], timestamp=NOW)
        said = {"valid": True, "fields": read}
    except VerificationError as error:
        said = {"valid": False, "why": type(error).__name__}
    except Exception as error:
        said = {"valid": False, "why": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(said), flush=True)
"""
EXTRA_LINES = ["", " ", "Request ID: x", "Version: 1", "- https://a.b", "Resources:"]


class Peer:
    """`siwe` in a process that answers a line with a line."""

    def __init__(self) -> None:
        subprocess.run([ROOT / "scripts" / "apart.sh", "peers"], check=True, timeout=100)
        self._process = subprocess.Popen(
            [ROOT / ".venv" / "peers" / "bin" / "python", "-c", PEER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def judge(self, message: str, signature: str) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"message": message, "signature": signature}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


def ours(message: str, signature: str) -> dict[str, Any]:
    case = {"id": 1, "message": message, "signature": signature, "check": {"time": NOW}}
    return verdict(case, Nonces(once=False))


def reason(text: str, mine: dict[str, Any], theirs: dict[str, Any]) -> str | None:
    """Why the two differ, where there is a known reason."""
    why, code = theirs.get("why", ""), (mine["error"] or {}).get("code")
    known = {
        "the text is judged as it was signed, not as it is written again": mine["valid"] and why == "InvalidSignature",
        "a URI of RFC 3986 that pydantic's URL (WHATWG) refuses": mine["valid"] and "ValidationError" in why,
        "a time of RFC 3339 that Python's fromisoformat refuses": mine["valid"] and "isoformat" in why,
        "the instant of notBefore is in time": mine["valid"]
        and why == "NotYetValidMessage"
        and f"Not Before: {NOW[:19]}" in text,
        "a signature of a length, v or form that no wallet makes": theirs["valid"] and code == "signature",
    }
    return next((each for each, holds in known.items() if holds), None)


def compared(text: str, signature: str, peer: Peer) -> str:
    """`same`, or the reason of the difference; a difference without one fails."""
    mine, theirs = ours(text, signature), peer.judge(text, signature)
    if mine["valid"] == theirs["valid"]:
        if mine["valid"]:
            names = {"chain_id": "chainId", "issued_at": "issuedAt", "expiration_time": "expirationTime"}
            names |= {"not_before": "notBefore", "request_id": "requestId"}
            assert mine["fields"] == {names.get(name, name): value for name, value in theirs["fields"].items()}
        return "same"
    found = reason(text, mine, theirs)
    assert found, f"{text!r}, {signature}: ours {mine}, theirs {theirs}"
    return found


@settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields(), st.integers(0, 2**32))
def test_verdicts_on_valid_and_mutated_messages(peer: Peer, given_fields: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    text = compose(given_fields).text()
    signature = signed(text)
    for asked in ((text, signature), (mutated(text, chance), signature), (text, changed(signature, chance))):
        compared(*asked, peer)


def mutated(text: str, chance: random.Random) -> str:
    """A text with one character, line or order changed."""
    lines, at = text.split("\n"), chance.randrange(len(text))
    number = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            return text[:at] + chance.choice('\n\r\t "%<é:/?#09azAZ-') + text[at + chance.randrange(2) :]
        case 1:
            return "\n".join(lines[:number] + lines[number + 1 :])
        case 2:
            return "\n".join([*lines[:number], chance.choice([*EXTRA_LINES, lines[number]]), *lines[number:]])
        case 3:
            other = chance.randrange(len(lines))
            lines[number], lines[other] = lines[other], lines[number]
            return "\n".join(lines)
        case _:
            return text[:at] + text[at].swapcase() + text[at + 1 :]


def changed(signature: str, chance: random.Random) -> str:
    at = chance.randrange(2, len(signature))
    return signature[:at] + chance.choice("0123456789abcdef") + signature[at + 1 :]
