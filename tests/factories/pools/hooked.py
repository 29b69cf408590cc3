"""Uniswap V4 on a test node: pool manager, position manager, a trader, two tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode

from local.evm import Evm
from local.market.node import calldata
from tests.factories.contracts import compiled_rules
from tests.factories.contracts.deployment import account, deploy, send
from tests.factories.npm import artifacts

_ROOT = "foundry-out"
_PATHS = [
    f"{_ROOT}/PoolManager.sol/PoolManager.default.json",
    f"{_ROOT}/PositionManager.sol/PositionManager.json",
    f"{_ROOT}/PoolSwapTest.sol/PoolSwapTest.default.json",
]
_MINT, _BURN, _SETTLE, _TAKE_PAIR = 0x02, 0x03, 0x0B, 0x11
"""Actions of the position manager."""
_KEY, NOBODY, FOREVER = "(address,address,uint24,int24,address)", "0x" + "0" * 40, 2**64
_CHEAPEST, _DEAREST = 4295128740, 1461446703485210103287273052203988822378723970341
SPACING = 60


@dataclass
class Hooked:
    """The contracts, and the pool's key."""

    evm: Evm
    me: str
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    pools: str = ""
    manager: str = ""
    trader: str = ""
    tokens: tuple[str, str] = (NOBODY, NOBODY)

    def do(self, target: str, signature: str, *arguments: Any) -> None:
        send(self.evm, target, calldata(signature, *arguments))

    def key(self, hook: str = NOBODY) -> tuple[str, str, int, int, str]:
        return (*self.tokens, 3000, SPACING, hook)

    def mint(self, ticks: tuple[int, int], liquidity: int, hook: str = NOBODY) -> None:
        """Mint an NFT, paid of what the manager was given before."""
        self._act((_MINT, [_KEY, "int24", "int24", "uint256", "uint128", "uint128", "address", "bytes"],
                   [self.key(hook), *ticks, liquidity, 2**127, 2**127, self.me, b""]),
                  *((_SETTLE, ["address", "uint256", "bool"], [token, 0, False]) for token in self.tokens))  # fmt: skip

    def burn(self, number: int) -> None:
        self._act((_BURN, ["uint256", "uint128", "uint128", "bytes"], [number, 0, 0, b""]),
                  (_TAKE_PAIR, ["address", "address", "address"], [*self.tokens, self.me]))  # fmt: skip

    def swap(self, units: int, *, downwards: bool) -> None:
        fields = f"swap({_KEY},(bool,int256,uint160),(bool,bool),bytes)"
        order = (downwards, -units, _CHEAPEST if downwards else _DEAREST)
        self.do(self.trader, fields, self.key(), order, (False, False), b"")

    def _act(self, *steps: tuple[int, list[str], list[Any]]) -> None:
        actions = bytes(action for action, _, _ in steps)
        told = encode(["bytes", "bytes[]"], [actions, [encode(types, values) for _, types, values in steps]])
        self.do(self.manager, "modifyLiquidities(bytes,uint256)", told, FOREVER)


def build(evm: Evm) -> Hooked:
    """Build a pool at a price of one to one."""
    made = Hooked(
        evm, account(evm), made={k.partition(".")[0]: v for k, v in artifacts("@uniswap/v4-periphery", *_PATHS).items()}
    )

    def put(name: str, types: tuple[str, ...] = (), *values: Any) -> str:
        return deploy(evm, bytes.fromhex(made.made[name]["bytecode"]["object"].removeprefix("0x")), types, values)

    made.pools = put("PoolManager", ("address",), made.me)
    neighbours = (made.pools, NOBODY, 10**6, NOBODY, NOBODY)
    made.manager = put("PositionManager", ("address", "address", "uint256", "address", "address"), *neighbours)
    made.trader = put("PoolSwapTest", ("address",), made.pools)
    tokens = sorted((deploy(evm, compiled_rules()["Plain"].creation) for _ in range(2)), key=str.lower)
    made.tokens = (tokens[0], tokens[1])
    for token in tokens:
        made.do(token, "transfer(address,uint256)", made.manager, 10**35)
        made.do(token, "approve(address,uint256)", made.trader, 2**256 - 1)
    made.do(made.pools, f"initialize({_KEY},uint160)", made.key(), 2**96)
    return made
