"""Tokens that trap, tax, wait and limit, and honest ones that look alike."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from tests.factories.contracts import Compiled, kept

HOLDERS = tuple(f"0x{0xA11CE00000 + i:040x}" for i in range(4))


@functools.cache
def traded_tokens() -> tuple[Compiled, ...]:
    """Every token in two builds: the third takes the compiler a minute."""
    texts = {path.name: path.read_text() for path in sorted(Path(__file__).parent.glob("*.sol"))}
    return kept(texts, "plain", "optimized")


def case_of(token: Compiled, *, dex: str = "v2") -> dict[str, Any]:
    """Liquidity of 100,000 tokens and 100 coins, a purchase of 50, four holders, and what the token asks."""
    calls = {one["name"] for one in token.abi if one["type"] == "function"}
    setup: list[dict[str, Any]] = [
        {"call": "transfer(address,uint256)", "args": [who, str(7 * 10**18)], "when": "after_deploy"} for who in HOLDERS
    ]
    setup.append({"call": "setPool(address)", "args": ["$pool"], "when": "after_liquidity"})
    setup += [
        {"call": "keep(address)", "args": [who], "when": "after_liquidity"} for who in HOLDERS[:3] if "keep" in calls
    ]
    if "feed" in calls:
        setup.append({"call": "feed(address)", "args": [HOLDERS[0]], "when": "after_liquidity"})
    return {
        "id": f"{token.name} {token.build} {dex}",
        "kind": "trade",
        "creation_bytecode": f"0x{token.creation.hex()}",
        "liquidity": {"token": str(100_000 * 10**18), "native": str(100 * 10**18)},
        "buy": {"native": str(50 * 10**18)},
        "dex": dex,
        "setup": setup,
    }
