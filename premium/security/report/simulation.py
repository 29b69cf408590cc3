"""The form of a simulation in answers: addresses checksummed, whole numbers as text."""

from __future__ import annotations

from typing import Any

from premium.abi.values import shown_address
from premium.simulation.model import NATIVE, Movement, Simulated


def shown_simulation(made: Simulated) -> dict[str, Any]:
    """Return a simulation as JSON."""
    return {
        "method": made.method,
        "success": made.success,
        "revert": None if made.revert is None else made.revert._asdict() | {"args": list(made.revert.args)},
        "gas_used": None if made.gas_used is None else str(made.gas_used),
        "block": {"number": str(made.block_number), "hash": made.block_hash},
        "movements": [_movement(each) for each in made.movements],
        "approvals": [
            {
                "token": shown_address(each.token), "owner": shown_address(each.owner),
                "spender": shown_address(each.spender), "via": each.via, "before": str(each.before),
                "after": str(each.after), "until": None if each.until is None else str(each.until),
                "id": None if each.identifier is None else str(each.identifier),
            }
            for each in made.approvals
        ],
        "authority": [
            {"address": shown_address(each.address), "what": each.what, "before": each.before, "after": each.after}
            for each in made.authority
        ],
        "discrepancies": [
            {
                "token": shown_address(each.token), "party": shown_address(each.party),
                "told": str(each.told), "true": str(each.true),
            }
            for each in made.discrepancies
        ],
        "variants": [
            {
                "name": each.name, "end": each.end, "revert": each.revert,
                "movements": [_movement(one) for one in each.movements],
            }
            for each in made.variants
        ],
        "fragile": [
            {
                "address": shown_address(each.address), "slot": hex(each.slot), "value": str(each.value),
                "tried": str(each.tried), "end": each.end,
            }
            for each in made.fragile
        ],
        "assumed": list(made.assumed),
    }  # fmt: skip


def _movement(each: Movement) -> dict[str, Any]:
    return {
        "party": shown_address(each.party),
        "asset": NATIVE if each.asset == NATIVE else shown_address(each.asset),
        "standard": each.standard,
        "amount": str(each.amount),
        "id": None if each.identifier is None else str(each.identifier),
    }
