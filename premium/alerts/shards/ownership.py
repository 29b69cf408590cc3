"""The lease of a shard: its length, its loss, and its standing."""

from __future__ import annotations

from dataclasses import dataclass

LEASE_SECONDS = 3.0
HEIR_SECONDS = 15.0
"""How long a process may load a shard's rules without a sign of life."""
FROZEN_SECONDS = 1.5
"""Time after which an owner whose lease has lapsed within its transaction is taken for frozen."""
SILENT_SECONDS = 1.0
"""Silence after which an owner is probably gone: it gives signs of life several times a second."""


class ShardLost(Exception):
    """Another matcher serves the shard now; the transaction of this one is void."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of one shard's lease as another process sees it."""

    is_lapsed: bool
    """Nobody serves the shard."""
    wants_owner: bool
    """No owner serves it, or a silent one or a deputy does, and no heir is loading it."""
