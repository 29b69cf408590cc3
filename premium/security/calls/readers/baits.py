"""Know the names that drainers give to functions which only take value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Effect
from premium.security.calls.registry import reads

_WORDS = (
    "claim",
    "claimReward",
    "claimRewards",
    "claimAirdrop",
    "claimToken",
    "claimTokens",
    "claimNFT",
    "claimBonus",
    "securityUpdate",
    "securityUpgrade",
    "networkMerge",
    "connect",
    "connectWallet",
    "verify",
    "verifyWallet",
    "walletVerify",
    "validate",
    "airdrop",
    "getAirdrop",
    "register",
    "activate",
    "migrate",
    "sync",
    "synchronize",
    "refund",
    "unlock",
    "update",
    "upgrade",
    "merge",
    "eligible",
    "whitelist",
    "reward",
    "rewards",
    "bonus",
    "gift",
    "freeMint",
    "swapBonus",
    "unstakeAll",
    "restore",
    "recover",
)
_EXACT = frozenset(word.lower() for word in _WORDS)
_BEGINS = ("claim", "securityup", "connectwallet", "verifywallet", "networkmerge", "airdrop", "getairdrop", "walletver")
_TEXTS = {f"{name}()" for word in _WORDS for name in (word, word[0].upper() + word[1:])} - {"claim()", "register()"}


def is_bait(name: str) -> bool:
    """Tell whether a function is named to promise what it does not do."""
    plain = name.replace("_", "").lower()
    return plain in _EXACT or plain.startswith(_BEGINS)


@reads(
    *sorted(_TEXTS),
    "claim(address)",
    "claim(uint256)",
    "claim(address,uint256)",
    "claimRewards(address)",
    "claim(address,uint256,bytes32[])",
    "claim(uint256,address,uint256,bytes32[])",
    "register()",
)
def promised(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Do nothing that the name alone would tell."""
    yield from ()
