"""Put contracts on a node of our own by real transactions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from math import isqrt
from pathlib import Path
from typing import Any

from premium.abi.encoder import encode
from premium.abi.types import parse_types
from premium.chains.addresses import keccak256
from premium.chains.endpoint import Call, RpcError
from premium.simulation import wire
from premium.simulation.model import NotSimulated
from premium.simulation.own.anvil import OwnNode
from premium.simulation.subjects import TRANSFER, ZERO, party
from premium.simulation.trade.venues import FOREVER, V2, V3, call

DEPLOYER = f"0x{keccak256(b'premium trade deployer')[-20:].hex()}"
_GAS, _TRIES = 16_000_000, 400
_COIN = 10**24
_MODULES = Path(__file__).resolve().parents[3] / "node_modules" / "@uniswap"
_ARTIFACTS = {
    "UniswapV2Factory": "v2-core/build/UniswapV2Factory.json",
    "UniswapV2Router02": "v2-periphery/build/UniswapV2Router02.json",
    "WETH9": "v2-periphery/build/WETH9.json",
    "UniswapV3Factory": "v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
    "SwapRouter": "v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json",
    "NonfungiblePositionManager": (
        "v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json"
    ),
}
_SPACINGS = {100: 1, 500: 10, 3_000: 60, 10_000: 200}


class Failed(Exception):
    """A transaction of the stage was refused or failed; the sentence says which."""


@cache
def creation_code(name: str) -> bytes:
    """Return the creation code of a published contract; NotSimulated where its package is not installed."""
    path = _MODULES / _ARTIFACTS[name]
    try:
        artifact = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise NotSimulated(
            f"npm @uniswap/{_ARTIFACTS[name].partition('/')[0]}, whose pool it runs, is missing"
        ) from None
    code = artifact.get("bytecode") or artifact["evm"]["bytecode"]["object"]
    return bytes.fromhex(str(code["object"] if isinstance(code, dict) else code).removeprefix("0x"))


class Stage:
    """One node with the contracts of a market, put back after each case."""

    def __init__(self, node: OwnNode) -> None:
        self.node = node
        self._known: dict[str, str] = {}
        self._snapshot: str | None = None

    async def begin(self) -> None:
        """Go back to the empty market, with the deployer's coin."""
        if self._snapshot is None:
            await self._ask("anvil_setCoinbase", "0x" + "00" * 12 + "c01bba5ec01bba5e")
            await self._ask("anvil_mine", "0x40")
            await self._ask("anvil_impersonateAccount", DEPLOYER)
            await self._ask("anvil_setBalance", DEPLOYER, hex(_COIN))
            for name in ("WETH9", "UniswapV2Factory", "UniswapV3Factory"):
                arguments = encode(parse_types(["address"]), [DEPLOYER]) if name == "UniswapV2Factory" else b""
                self._known[name] = await self.deploy(creation_code(name) + arguments)
            for name, factory in (("UniswapV2Router02", "UniswapV2Factory"), ("SwapRouter", "UniswapV3Factory")):
                ends = [self._known[factory], self._known["WETH9"]]
                self._known[name] = await self.deploy(
                    creation_code(name) + encode(parse_types(["address", "address"]), ends)
                )
            ends = [self._known["UniswapV3Factory"], self._known["WETH9"], ZERO]
            code = creation_code("NonfungiblePositionManager")
            self._known["NonfungiblePositionManager"] = await self.deploy(
                code + encode(parse_types(["address"] * 3), ends)
            )
        else:
            await self._ask("evm_revert", self._snapshot)
        self._snapshot = str(await self._ask("evm_snapshot"))

    @property
    def wrapped(self) -> str:
        """The wrapped coin."""
        return self._known["WETH9"]

    def router(self, dex: str) -> str:
        """Return the router of a kind of pool."""
        return self._known["UniswapV2Router02" if dex == "v2" else "SwapRouter"]

    async def deploy(self, creation: bytes) -> str:
        """Return the address of what creation code makes; Failed where its constructor does."""
        receipt = await self._sent({"data": f"0x{creation.hex()}"}, "the deployment")
        return wire.address(receipt["contractAddress"], "a deployment")

    async def send(self, to: str, data: bytes, *, value: int = 0, sender: str = DEPLOYER, what: str = "a call") -> None:
        """Send a transaction; Failed where it fails."""
        if sender != DEPLOYER:
            await self._ask("anvil_impersonateAccount", sender)
            await self._ask("anvil_setBalance", sender, hex(_COIN))
        asked = {"to": to, "data": f"0x{data.hex()}", "value": hex(value), "from": sender}
        await self._sent(asked, what)

    async def _sent(self, asked: dict[str, str], what: str) -> dict[str, Any]:
        try:
            sent = await self._ask("eth_sendTransaction", {"from": DEPLOYER, "gas": hex(_GAS), **asked})
        except NotSimulated as error:
            raise Failed(f"{what} was refused: {error}") from None
        for _ in range(_TRIES):
            receipt = await self._ask("eth_getTransactionReceipt", sent)
            if receipt is not None:
                if receipt["status"] != "0x1":
                    raise Failed(f"{what} failed")
                return dict(receipt)
            await asyncio.sleep(0.01)
        raise Failed(f"{what} was not mined")

    async def _ask(self, method: str, *params: Any) -> Any:
        (answer,) = await self.node.batch([Call(method, params)])
        if isinstance(answer, RpcError):
            raise NotSimulated(wire.words_of(answer.message))
        return answer

    async def view(self, to: str, data: bytes) -> bytes:
        """Return what a view answers."""
        answer = await self._ask("eth_call", {"to": to, "data": f"0x{data.hex()}", "gas": hex(_GAS)}, "latest")
        return wire.data(answer, "a view")

    async def pool_v2(self, token: str, tokens: int, coins: int) -> V2:
        """Put up a pair with both sides.

        Through the router, and where the token refuses that, by hand.
        """
        router, factory = self.router("v2"), self._known["UniswapV2Factory"]
        await self.send(
            token, call("approve(address,uint256)", router, (1 << 256) - 1), what="the approval of liquidity"
        )
        form = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
        try:
            data = call(form, token, tokens, 0, 0, DEPLOYER, FOREVER)
            await self.send(router, data, value=coins, what="the liquidity")
        except Failed:
            await self._by_hand(token, tokens, coins)
        found = await self.view(factory, call("getPair(address,address)", token, self.wrapped))
        return V2(token, party(int.from_bytes(found[:32])), self.wrapped, router)

    async def _by_hand(self, token: str, tokens: int, coins: int) -> None:
        factory = self._known["UniswapV2Factory"]
        made = call("getPair(address,address)", token, self.wrapped)
        if not any(await self.view(factory, made)):
            await self.send(factory, call("createPair(address,address)", token, self.wrapped), what="the pair")
        pair = party(int.from_bytes((await self.view(factory, made))[:32]))
        give = "transfer(address,uint256)"
        await self.send(token, call(give, pair, tokens), what="the liquidity in tokens")
        await self.send(self.wrapped, call("deposit()"), value=coins, what="the wrapping")
        await self.send(self.wrapped, call(give, pair, coins), what="the liquidity in coin")
        await self.send(pair, call("mint(address)", DEPLOYER), what="the liquidity")

    async def pool_v3(self, token: str, tokens: int, coins: int, fee: int) -> V3:
        """Put up a pool over the full range at the price of both sides."""
        if fee not in _SPACINGS:
            raise Failed(f"there is no pool with a fee of {fee}")
        manager, wrapped = self._known["NonfungiblePositionManager"], self.wrapped
        pair = sorted((token, wrapped))
        amounts = [tokens, coins] if pair[0] == token else [coins, tokens]
        root = isqrt((amounts[1] << 192) // amounts[0])
        create = "createAndInitializePoolIfNecessary(address,address,uint24,uint160)"
        await self.send(manager, call(create, *pair, fee, root), what="the pool")
        approve = call("approve(address,uint256)", manager, (1 << 256) - 1)
        await self.send(token, approve, what="the approval of liquidity")
        await self.send(wrapped, call("deposit()"), value=coins, what="the wrapping")
        await self.send(wrapped, approve, what="the approval of liquidity")
        spacing = _SPACINGS[fee]
        end = 887_272 // spacing * spacing
        mint = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
        position = (*pair, fee, -end, end, *amounts, 0, 0, DEPLOYER, FOREVER)
        await self.send(manager, call(mint, position), what="the liquidity")
        get = call("getPool(address,address,uint24)", *pair, fee)
        found = await self.view(self._known["UniswapV3Factory"], get)
        return V3(token, party(int.from_bytes(found[:32])), wrapped, self.router("v3"), fee)

    async def holders(self, token: str, apart: Sequence[str]) -> tuple[str, ...]:
        """Return accounts that the token's events name as receivers, without code and not set apart."""
        asked = {"address": token, "topics": [wire.word_text(TRANSFER)], "fromBlock": "0x0", "toBlock": "latest"}
        events = wire.logs(await self._ask("eth_getLogs", asked))
        named = dict.fromkeys(party(each.topics[2]) for each in events if len(each.topics) == 3)
        found = []
        for who in named:
            if who not in (ZERO, DEPLOYER, token, *apart) and int(who, 16) > 0xFFFF and who[2:] != "0" * 36 + "dead":
                code = wire.data(await self._ask("eth_getCode", who, "latest"), "code")
                found += [who] if not code else []
        return tuple(found)
