"""Make a wallet that holds a bit of everything.

On the local chain: a share of a pool, which it may leave, a range of another, and a token that was sent as bait.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from local.evm import Evm
from local.market import Market
from local.market.build import account
from local.market.node import ETHER, Account, Node, calldata
from local.transfer import transfer

BAIT = "usdl-claim.example.com"
"""What the bait calls itself."""
_FOREVER = 2**64
_FULL_RANGE = 887_220
_MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
_BUY = "swapExactETHForTokens(uint256,address[],address,uint256)"
_ADD = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
_REMOVE = "removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)"


@dataclass(frozen=True)
class Holder:
    """The wallet, and the chain it is on."""

    evm: Evm
    market: Market
    node: Node
    own: Account

    @classmethod
    def new(cls, evm: Evm, market: Market) -> Holder:
        """Return a wallet that nobody has used, with 50 ETH."""
        node = Node(evm.url)
        address = account(f"holder {uuid4()}")
        node.call("anvil_setBalance", address, hex(50 * ETHER))
        return cls(evm, market, node, Account(node, address))

    @property
    def address(self) -> str:
        return self.own.address

    def invest(self) -> None:
        """Put coin and dollars into a pool, wrapped coin and points into another's range."""
        market, own, me = self.market, self.own, self.address
        own.do(market.v2_router, _BUY, 0, [market.weth, market.usd], me, _FOREVER, value=10 * ETHER)
        own.do(market.usd, "approve(address,uint256)", market.v2_router, 2**256 - 1)
        own.do(market.v2_router, _ADD, market.usd, 15_000 * ETHER, 0, 0, me, _FOREVER, value=6 * ETHER)
        transfer(self.evm, market, "LPTS", "3", receiver=me)
        own.do(market.weth, "deposit()", value=4 * ETHER)
        for token in (market.weth, market.proxy_token):
            own.do(token, "approve(address,uint256)", market.v3_positions, 2**256 - 1)
        pair = sorted((market.weth, market.proxy_token), key=str.lower)
        position = (*pair, 3000, -_FULL_RANGE, _FULL_RANGE, 3 * ETHER, 3 * ETHER, 0, 0, me, _FOREVER)
        own.do(market.v3_positions, _MINT, position)

    def be_baited(self) -> str:
        """Receive a token whose symbol is a place on the web; return its address."""
        sender = Account(self.node, account(f"spammer {self.address}"))
        self.node.call("anvil_setBalance", sender.address, hex(ETHER))
        fixed = ("string", "string", "uint256", "address")
        token = sender.deploy("ERC20PresetFixedSupply", fixed, "Rewards", BAIT, 10**9 * ETHER, sender.address)
        sender.do(token, "transfer(address,uint256)", self.address, 5_000 * ETHER)
        return token

    def pay(self, receiver: str, units: int) -> None:
        """Send coin."""
        self.own.send(receiver, value=units)

    def leave_pool(self) -> dict[str, int]:
        """Burn the share of the first pool; return what it paid.

        In base units, of dollars (`usd`) and of coin (`weth`).
        """
        market, me = self.market, self.address
        pair = self._word(market.v2_factory, "getPair(address,address)", market.usd, market.weth)
        pool = f"0x{pair:040x}"
        share = self._word(pool, "balanceOf(address)", me)
        self.own.do(pool, "approve(address,uint256)", market.v2_router, share)
        tokens = {"usd": (market.usd, me), "weth": (market.weth, pool)}
        before = {name: self._word(token, "balanceOf(address)", whose) for name, (token, whose) in tokens.items()}
        self.own.do(market.v2_router, _REMOVE, market.usd, share, 0, 0, me, _FOREVER)
        after = {name: self._word(token, "balanceOf(address)", whose) for name, (token, whose) in tokens.items()}
        return {"usd": after["usd"] - before["usd"], "weth": before["weth"] - after["weth"]}

    def _word(self, contract: str, signature: str, *arguments: object) -> int:
        asked = {"to": contract, "data": f"0x{calldata(signature, *arguments).hex()}"}
        return int(self.node.call("eth_call", asked, "latest"), 16)
