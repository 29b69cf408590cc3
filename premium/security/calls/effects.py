"""What calls and messages do, in one form for every protocol.

Addresses are lower case, `native` is the chain's coin; amounts are base units, times Unix seconds; None is not known.
"""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """One call as its target sees it."""

    path: str
    to: str
    value: int
    data: bytes
    sender: str
    here: str
    """The address whose storage and assets the code works on: the target, or who delegates to it."""
    delegate: bool = False
    signature: str | None = None
    """Set where the data are the arguments of a command, without a selector."""


class Inner(NamedTuple):
    """A call that another one makes."""

    to: str
    value: int
    data: bytes
    sender: str
    delegate: bool = False
    here: str | None = None
    signature: str | None = None
    itself: bool = False
    """The contract calls itself by delegation: the caller stays the sender."""


class Allow(NamedTuple):
    """An allowance of a token; `how`: erc20, permit2, nft (one unit), credit."""

    token: str
    owner: str | None
    spender: str
    amount: int
    until: int | None = None
    how: str = "erc20"
    signed: bool = False
    added: bool = False
    """The amount is added to what is allowed."""
    usable: int | None = None
    """Until when the signature can be brought to the chain, where that is another time."""


class AllowAll(NamedTuple):
    """An operator of all of an owner's units of a collection."""

    token: str
    owner: str
    operator: str
    on: bool


class Move(NamedTuple):
    """Assets that leave an owner.

    `how`: native, erc20, nft, share (a part of what is there).
    """

    token: str
    owner: str
    recipient: str
    amount: int
    how: str = "erc20"
    by: str | None = None
    """Who may do it by the signature that was given."""
    until: int | None = None


class Trade(NamedTuple):
    """A swap: what is paid, what is got, by whom and where it goes."""

    payer: str
    token_in: str | None
    amount_in: int | None
    token_out: str | None
    amount_out: int | None
    recipient: str | None
    until: int | None = None
    exact_out: bool = False
    wrapped: str | None = None
    """The token that the router makes of coin that is paid: worth the same."""


class Proceeds(NamedTuple):
    """Who gets what a deposit, withdrawal or claim gives."""

    recipient: str
    what: str
    least: int | None = None
    """What must come at least, where the call bounds it."""


class Power(NamedTuple):
    """A power that is given: `id` is a finding; `to` who gets it."""

    id: str
    to: str | None
    what: str


class Item(NamedTuple):
    """One asset of an order, and who pays or gets it.

    `how`: native, erc20, nft, any (whatever fits).
    """

    who: str
    token: str
    amount: int
    how: str = "erc20"
    identifier: int | None = None


class Order(NamedTuple):
    """An order: what its maker gives, what must come to whom, until when."""

    maker: str
    gives: tuple[Item, ...]
    gets: tuple[Item, ...]
    until: int | None
    settler: str | None


class Lets(NamedTuple):
    """What a signature lets somebody do that is no allowance, move or order."""

    who: str | None
    what: str
    until: int | None = None


class Delegation(NamedTuple):
    """An account's code set by EIP-7702 to that of another address."""

    account: str | None
    delegate: str
    chain: int


class Party(NamedTuple):
    """Somebody who takes part in a role, as a paymaster does."""

    address: str | None
    role: str


class Clue(NamedTuple):
    """Something that could not be opened, as a sentence for `unknowns`."""

    text: str


class Deadline(NamedTuple):
    """Until when the call itself may be carried out."""

    until: int


class Flawed(NamedTuple):
    """Packed or inner data that stand in no canonical form."""

    form: str
    reason: str


Effect = (
    Allow | AllowAll | Move | Trade | Proceeds | Power | Order | Lets | Delegation | Party | Clue | Flawed | Deadline
)
Step = Effect | Inner
