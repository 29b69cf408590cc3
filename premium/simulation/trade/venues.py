"""The pools of a token and the wrapped coin, and how one trades there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from premium.abi.encoder import encode
from premium.abi.signatures import signature_of
from premium.simulation.model import Override, Overrides, Read, Transaction
from premium.simulation.trade.pools import v2_out, v3_out

FOREVER = 1 << 40
"""A deadline that no simulated block passes."""
_MOST = (1 << 256) - 1


def call(signature: str, *values: object) -> bytes:
    """Return the data of a call."""
    found = signature_of(signature)
    return found.selector + encode(found.inputs, values)


def approval(token: str, owner: str, spender: str) -> Transaction:
    """Return the approval of a sale."""
    return Transaction(sender=owner, to=token, data=call("approve(address,uint256)", spender, _MOST))


def transfer(token: str, owner: str, to: str, amount: int) -> Transaction:
    """Return a plain transfer."""
    return Transaction(sender=owner, to=token, data=call("transfer(address,uint256)", to, amount))


@dataclass(frozen=True, slots=True)
class _Pool:
    token: str
    pool: str
    wrapped: str
    spender: str
    fee: int = 3_000

    @property
    def in_coin(self) -> bool:
        """Whether sales end in the coin itself."""
        return True

    def overrides(self) -> Overrides:
        """Return what must be there for a trade and is not."""
        return {}


@dataclass(frozen=True, slots=True)
class V2(_Pool):
    """A pair of V2's kind, through the router's form for taxed tokens."""

    def reads(self) -> tuple[Read, ...]:
        """Return the read of the reserves."""
        return (Read(self.pool, call("getReserves()"), 96),)

    def buy(self, buyer: str, native: int) -> tuple[Transaction, ...]:
        """Return the purchase, without a minimum."""
        form = "swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256)"
        data = call(form, 0, [self.wrapped, self.token], buyer, FOREVER)
        return (Transaction(sender=buyer, to=self.spender, value=native, data=data),)

    def sell(self, seller: str, amount: int) -> tuple[Transaction, ...]:
        """Return the sale, without a minimum."""
        form = "swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
        data = call(form, amount, 0, [self.token, self.wrapped], seller, FOREVER)
        return (Transaction(sender=seller, to=self.spender, data=data),)

    def _reserves(self, answers: Sequence[bytes | None]) -> tuple[int, int] | None:
        answer = answers[0]
        if answer is None or len(answer) < 64:
            return None
        first, second = int.from_bytes(answer[:32]), int.from_bytes(answer[32:64])
        return (first, second) if int(self.token, 16) < int(self.wrapped, 16) else (second, first)

    def ideal(self, answers: Sequence[bytes | None], amount: int, *, buying: bool) -> int | None:
        """Return the constant product's output at the reserves that were read."""
        held = self._reserves(answers)
        if held is None:
            return None
        tokens, coins = held
        return v2_out(amount, coins, tokens, self.fee) if buying else v2_out(amount, tokens, coins, self.fee)

    def depth(self, answers: Sequence[bytes | None]) -> int | None:
        """Return the coin's reserve."""
        held = self._reserves(answers)
        return None if held is None else held[1]


@dataclass(frozen=True, slots=True)
class V3(_Pool):
    """A pool of Uniswap V3's kind, through its router.

    Its formula holds within one range of liquidity.
    """

    def reads(self) -> tuple[Read, ...]:
        """Return the reads of price and liquidity."""
        return (Read(self.pool, call("slot0()"), 32), Read(self.pool, call("liquidity()"), 32))

    def _swap(self, ends: tuple[str, str], to: str, amount: int) -> bytes:
        form = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
        return call(form, (*ends, self.fee, to, FOREVER, amount, 0, 0))

    def buy(self, buyer: str, native: int) -> tuple[Transaction, ...]:
        """Return the purchase, without a minimum."""
        data = self._swap((self.wrapped, self.token), buyer, native)
        return (Transaction(sender=buyer, to=self.spender, value=native, data=data),)

    def sell(self, seller: str, amount: int) -> tuple[Transaction, ...]:
        """Return the sale, with the coin unwrapped in the same transaction."""
        swap = self._swap((self.token, self.wrapped), "0x" + "0" * 40, amount)
        unwrap = call("unwrapWETH9(uint256,address)", 0, seller)
        return (Transaction(sender=seller, to=self.spender, data=call("multicall(bytes[])", [swap, unwrap])),)

    def ideal(self, answers: Sequence[bytes | None], amount: int, *, buying: bool) -> int | None:
        """Return the formula's output at the price that was read."""
        price, liquidity = answers[0], answers[1]
        if price is None or liquidity is None:
            return None
        wrapped_first = int(self.wrapped, 16) < int(self.token, 16)
        return v3_out(
            amount, int.from_bytes(price[:32]), int.from_bytes(liquidity[:32]), self.fee,
            zero_for_one=wrapped_first == buying,
        )  # fmt: skip

    def depth(self, answers: Sequence[bytes | None]) -> int | None:
        """Return the coin that full-range liquidity holds at the price."""
        price, liquidity = answers[0], answers[1]
        if price is None or liquidity is None or not int.from_bytes(price[:32]):
            return None
        root, held = int.from_bytes(price[:32]), int.from_bytes(liquidity[:32])
        wrapped_first = int(self.wrapped, 16) < int(self.token, 16)
        return (held << 96) // root if wrapped_first else held * root >> 96


@dataclass(frozen=True, slots=True)
class Pair(V2):
    """A pair of V2's kind without a router: send, then swap what arrived."""

    @property
    def in_coin(self) -> bool:
        """Sales end in the wrapped coin."""
        return False

    def buy(self, buyer: str, native: int) -> tuple[Transaction, ...]:
        """Return the purchase: wrap, send, swap."""
        wrap = Transaction(sender=buyer, to=self.wrapped, value=native, data=call("deposit()"))
        swap = Transaction(sender=buyer, to=_BUYS, data=b"")
        return (wrap, transfer(self.wrapped, buyer, self.pool, native), swap)

    def sell(self, seller: str, amount: int) -> tuple[Transaction, ...]:
        """Return the sale: send, swap."""
        return (transfer(self.token, seller, self.pool, amount), Transaction(sender=seller, to=_SELLS, data=b""))

    def overrides(self) -> Overrides:
        """Return the two helpers that ask the pair for what is due."""
        return {
            _BUYS: Override(code=_swaps(self, self.wrapped, self.token)),
            _SELLS: Override(code=_swaps(self, self.token, self.wrapped)),
        }


_BUYS, _SELLS = "0x00000000000000000000000000000000000b0b51", "0x00000000000000000000000000000000000b0b52"


def _swaps(pair: Pair, paid: str, got: str) -> bytes:
    """Code that swaps for its caller what the pair holds beyond its reserve, by the pair's own formula."""
    first = int(paid, 16) < int(got, 16)
    rest, out, none = ("6020", "6101" + "24", "610104") if first else ("6000", "610104", "610124")
    held, at = ("6000" if first else "6020"), f"73{pair.pool[2:]}5a"
    made = (
        f"630902f1ac60e01b6000526040600060046000{at}fa50"  # the reserves to 0 and 32
        f"6370a0823160e01b60605273{pair.pool[2:]}606452"
        f"602060a06024606073{paid[2:]}5afa50"  # what the pair holds, to 160
        f"{held}518060a0510362{1_000_000 - pair.fee:06x}02"  # what came, less the fee
        f"90620f424002810190{rest}51020" + "4"  # the constant product
        f"63022c0d9f60e01b61010052{out}526000{none}5233610144526080610164526000610184" + "52"
        f"6000600060a46101006000{at}f1"
        "3d600060003e60"
    )
    return bytes.fromhex(f"{made}{len(made) // 2 + 6:02x}573d6000fd5b3d6000f3")


Venue = V2 | V3 | Pair
"""A pool in which a token trades against the wrapped coin, and how."""
