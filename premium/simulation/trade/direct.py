"""Trade in a pool of V3's kind without its router.

A helper of our own calls the pool and pays what it asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

from premium.simulation.model import Override, Overrides, Transaction
from premium.simulation.trade.venues import V3, approval, call

_BUYS, _SELLS = "0x00000000000000000000000000000000000b0b53", "0x00000000000000000000000000000000000b0b54"
_LEAST, _MOST = 4_295_128_740, 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341
"""Prices at which a swap stops: the ends of what the pool knows."""
_TRANSFER_FROM, _SWAP = "23b872dd", "128acb08"


@dataclass(frozen=True, slots=True)
class Pool3(V3):
    """A pool of V3's kind, asked by helpers that exist in the simulation alone.

    Like a router they take what the pool asks for straight from who trades, by his approval.
    """

    @property
    def in_coin(self) -> bool:
        """Sales end in the wrapped coin."""
        return False

    def buy(self, buyer: str, native: int) -> tuple[Transaction, ...]:
        """Return the purchase: wrap, approve, swap."""
        wrap = Transaction(sender=buyer, to=self.wrapped, value=native, data=call("deposit()"))
        swap = Transaction(sender=buyer, to=_BUYS, data=native.to_bytes(32))
        return (wrap, approval(self.wrapped, buyer, _BUYS), swap)

    def sell(self, seller: str, amount: int) -> tuple[Transaction, ...]:
        """Return the sale, for which the seller has approved `spender`."""
        return (Transaction(sender=seller, to=_SELLS, data=amount.to_bytes(32)),)

    def overrides(self) -> Overrides:
        """Return the two helpers."""
        return {
            _BUYS: Override(code=_swaps(self, self.wrapped, self.token)),
            _SELLS: Override(code=_swaps(self, self.token, self.wrapped)),
        }


def pool3(token: str, pool: str, wrapped: str, fee: int) -> Pool3:
    """Return a pool with its helpers; addresses in lower case, `fee` in millionths."""
    return Pool3(token, pool, wrapped, _SELLS, fee)


def _swaps(pool: Pool3, paid: str, got: str) -> bytes:
    """Code that swaps an amount (32 bytes) for its caller.

    In the pool's callback it takes what is owed from him.
    """
    first = int(paid, 16) < int(got, 16)
    bubble = "3d600060003e"  # what was answered, to 0
    begin = "36602014"  # is it an amount alone?
    owed = "04" if first else "24"
    pay = (
        f"63{_TRANSFER_FROM}60e01b600052"
        "608435600452"  # from whom the swap's data name
        "33602452"  # to the pool
        f"60{owed}35604452"  # what it asks for
        f"60206000606460006000"
        f"73{paid[2:]}5af1{bubble}"
    )
    swap = (
        f"5b63{_SWAP}60e01b600052"
        f"3360045260{int(first):02x}602452600035604452"
        f"7f{(_LEAST if first else _MOST):064x}606452"
        "60a0608452602060a4523360c452"
        f"6000600060e460006000"
        f"73{pool.pool[2:]}5af1{bubble}"
    )
    # Places of the jumps: behind the payment its refusal, then its end, then the swap.
    at_pay = len(begin) // 2 + 3
    checks = at_pay + len(pay) // 2
    refuse = checks + 4 + 5 + 6
    ends = refuse + 5
    swaps = ends + 2
    done = swaps + len(swap) // 2 + 7
    code = (
        f"{begin}60{swaps:02x}57{pay}"
        f"1560{refuse:02x}57"  # it failed
        f"3d1560{ends:02x}57"  # it says nothing: old tokens
        f"60005160{ends:02x}57"  # it says yes
        "5b3d6000fd5b00"
        f"{swap}60{done:02x}573d6000fd5b3d6000f3"
    )  # fmt: skip
    return bytes.fromhex(code)
