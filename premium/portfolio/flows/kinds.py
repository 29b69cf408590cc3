"""Name what each movement of a transaction was, by its legs and its logs.

A log can be written by anybody. So a sign names only what it cannot be used for: of a liquidation what left (or was
minted beside it), of a fee what left to the one that the sign names, of an airdrop what is a flow to a return anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.chains.transfers.evidence import Sign, given_away
from premium.portfolio.flows.moves import Done, Leg, Move

_NOBODY = "0x" + "0" * 40


class Kinds:
    """Says what each movement of one transaction was."""

    def __init__(self, wallets: frozenset[str], done: Done, legs: Sequence[Leg], left_out: set[Move]) -> None:
        self._wallets, self._done, self._left_out = wallets, done, left_out
        self._legs = [leg for leg in legs if leg[2] and not self._is_other(leg[0])]
        self._signed = {(move, wallet): kind for move, wallet, units in self._legs
                        if (kind := self._sign_of(move, wallet, units))}  # fmt: skip
        signs = {units > 0 for move, wallet, units in self._legs if (move, wallet) not in self._signed}
        self._is_exchange = len(signs) == 2
        is_asked = done.sender is None or done.sender in wallets
        self._givers = set[tuple[str, str]]() if is_asked or False in signs else self._distributors()

    def of(self, move: Move, wallet: str, units: int) -> str:
        """Return the kind of a movement for one of its wallets."""
        if move in self._left_out:
            return "phantom"
        if self._is_own(move):
            return "own"
        signed = self._signed.get((move, wallet))
        if signed is not None:
            return signed
        if self._is_exchange and units:
            return "exchange"
        if move.target in self._wallets:
            return "airdrop" if self._is_airdrop(move, units) else "deposit"
        return "fee" if self._is_tax(move) else "withdrawal"

    def _is_other(self, move: Move) -> bool:
        return move.by == "gas" or move in self._left_out or self._is_own(move)

    def _is_own(self, move: Move) -> bool:
        return {move.source, move.target} <= self._wallets

    def _sign_of(self, move: Move, wallet: str, units: int) -> str | None:
        for sign in self._done.signs:
            if sign.wallet == wallet.lower() and self._fits(sign, move, wallet, units):
                return sign.kind
        return None

    def _fits(self, sign: Sign, move: Move, wallet: str, units: int) -> bool:
        if sign.kind == "liquidation":
            return units < 0 or move.source.lower() == _NOBODY
        if sign.kind != "fee":
            return False
        if sign.units is not None:
            return units == -sign.units
        other = move.target if units < 0 else move.source
        return other.lower() == sign.other and (units < 0 or self._paid(move.asset, wallet, sign.other))

    def _paid(self, asset: str, wallet: str, other: str) -> bool:
        """Tell whether what came gives back a part of what went there: of a fee that was paid ahead."""
        return any(
            move.asset == asset and mine == wallet and units < 0 and move.target.lower() == other
            for move, mine, units in self._legs
        )

    def _distributors(self) -> set[tuple[str, str]]:
        logs = (move for move in self._done.moves.values() if move.by == "log" and move.units)
        told = {(sign.asset, sign.other) for sign in self._done.signs if sign.kind == "given_away"}
        return told | given_away((_address(move.asset), move.source.lower(), move.target) for move in logs)

    def _is_airdrop(self, move: Move, units: int) -> bool:
        if move.by != "log" or not units:
            return False
        asset, giver = _address(move.asset), move.source.lower()
        return (asset, giver) in self._givers or any(
            sign.kind == "claim" and sign.wallet == move.target.lower() and sign.units == units
            and sign.other in (giver, asset)
            for sign in self._done.signs
        )  # fmt: skip

    def _is_tax(self, move: Move) -> bool:
        """Tell whether a token's contract took a part for itself, beside what was sent to somebody."""
        return _address(move.asset) == move.target.lower() and any(
            other.asset == move.asset and other.source == move.source and other.target != move.target
            for other, _, units in self._legs
            if units < 0
        )


def _address(asset: str) -> str:
    """Return an asset's contract: a name may begin with its chain."""
    return asset.lower().rpartition(":")[2]
