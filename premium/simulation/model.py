"""What is simulated, under which surroundings, and what came of it.

Addresses are lower case with `0x`, `native` is the chain's coin; amounts are base units, fees wei, times Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

NATIVE = "native"
POOR = "coin enough for value and gas: the sender has less"
"""What is assumed of a transaction that could not be sent as things stand."""
MAX_GAS = 30_000_000
"""What a simulated transaction may use where it names no limit itself."""
Standard = Literal["native", "erc20", "erc721", "erc1155"]
Method = Literal["eth_simulateV1", "debug_traceCall", "eth_call"]


class NotSimulated(Exception):
    """A simulation could not be made or not be believed: the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A signed EIP-7702 authorisation; `chain` 0 is every chain."""

    chain: int
    address: str
    nonce: int
    y_parity: int = 0
    r: int = 0
    s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction as its sender would send it.

    None is what a wallet would fill in.
    """

    sender: str
    to: str | None
    value: int = 0
    data: bytes = b""
    gas: int | None = None
    max_fee: int | None = None
    priority_fee: int | None = None
    nonce: int | None = None
    authorizations: tuple[Authorization, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What an account is taken to have, whatever the state says; None leaves it."""

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    storage: Mapping[int, int] = field(default_factory=dict)


Overrides = Mapping[str, Override]


def merged(first: Overrides, second: Overrides) -> Overrides:
    """Return both, the second's over the first's."""
    made = dict(first)
    for address, more in second.items():
        before = made.get(address, Override())
        made[address] = Override(
            balance=before.balance if more.balance is None else more.balance,
            nonce=before.nonce if more.nonce is None else more.nonce,
            code=before.code if more.code is None else more.code,
            storage={**before.storage, **more.storage},
        )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The block that a contract sees."""

    number: int
    timestamp: int
    coinbase: str
    base_fee: int
    gas_limit: int
    prevrandao: int

    def after(self, blocks: int, seconds: int) -> Surroundings:
        """Return a later block with the same producer and fee."""
        return replace(self, number=self.number + blocks, timestamp=self.timestamp + seconds)


class Log(NamedTuple):
    """An event as a contract emitted it."""

    address: str
    topics: tuple[int, ...]
    data: bytes


class Read(NamedTuple):
    """A view, and how many bytes of its answer count."""

    target: str
    data: bytes
    most: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one transaction ended.

    `fault` is the node's own word for a failure; the rest is not known (None) where the method does not tell it.
    """

    success: bool
    gas_used: int | None
    returned: bytes
    logs: tuple[Log, ...] | None
    fault: str | None = None


Answers = tuple[bytes | None, ...] | None
"""What views answered, None for one that failed; None as a whole where the method cannot say."""
Step = Transaction | tuple[Read, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Steps in one block, in their order; reads do not count as transactions."""

    surroundings: Surroundings
    steps: tuple[Step, ...]
    overrides: Overrides = field(default_factory=dict)


Plan = tuple[Block, ...]
"""Blocks one upon another."""
Outcome = tuple[Ran | Answers, ...]
"""What came of each step, in order, over all blocks."""


class Revert(NamedTuple):
    """Why a call failed: the error's selector and name, its arguments and words."""

    selector: str | None
    name: str | None
    args: tuple[str, ...]
    text: str


class Movement(NamedTuple):
    """What a party has more or less of after it, by the state, fees apart."""

    party: str
    asset: str
    standard: Standard
    amount: int
    identifier: int | None = None


class Approval(NamedTuple):
    """What a spender may take of an owner, before and after.

    `until` where it ends by itself.
    `via`: erc20, erc721 (one unit), operator (all units), permit2.
    """

    token: str
    owner: str
    spender: str
    via: Literal["erc20", "erc721", "operator", "permit2"]
    before: int
    after: int
    until: int | None = None
    identifier: int | None = None


class Authority(NamedTuple):
    """Who controls what was the sender's, before and after.

    `what`: delegate, owner, admin_role, owners, threshold, modules, guard, fallback, singleton, implementation, admin.
    """

    address: str
    what: str
    before: str
    after: str


class Discrepancy(NamedTuple):
    """An event and what the state says of it: amounts are net for the party."""

    token: str
    party: str
    told: int
    true: int
    identifier: int | None = None


class Variant(NamedTuple):
    """The same under other surroundings: what was changed, and how it ended for the sender.

    `end`: same, better, worse, reverts, succeeds (where the first reverted), unknown.
    """

    name: str
    end: str
    movements: tuple[Movement, ...] = ()
    revert: str | None = None


class Fragile(NamedTuple):
    """A slot that the end hangs on.

    Its value, what was put there, and the end then, as of a variant.
    """

    address: str
    slot: int
    value: int
    tried: int
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to simulate: transactions one after another in one block, and for whom.

    `parties` are looked at besides those that events name; `time` is the block's where the caller knows better.
    """

    steps: tuple[Transaction, ...]
    user: str
    overrides: Overrides = field(default_factory=dict)
    surroundings: Surroundings | None = None
    parties: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    block_seconds: int = 12
    time: int | None = None
    variants: bool = True
    fragile: bool = True
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came of a request at one block."""

    method: Method
    success: bool
    revert: Revert | None
    gas_used: int | None
    block_number: int
    block_hash: str
    surroundings: Surroundings
    ran: tuple[Ran, ...]
    movements: tuple[Movement, ...] = ()
    approvals: tuple[Approval, ...] = ()
    authority: tuple[Authority, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    variants: tuple[Variant, ...] = ()
    fragile: tuple[Fragile, ...] = ()
    touched: tuple[str, ...] = ()
    """Contracts that took part, as far as the method tells them."""
    assumed: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()

    def of(self, party: str) -> tuple[Movement, ...]:
        """Return what one party has more or less of."""
        return tuple(each for each in self.movements if each.party == party)
