"""The market's owner on the node, who opens positions and leaves them."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode

from local.evm import Evm
from local.market import Market
from local.market.node import Account, Node, calldata

MOST = 2**128 - 1
MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
SWAP = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"


class Chain:
    """The market's owner on the node; views are asked from there, too."""

    def __init__(self, evm: Evm, market: Market) -> None:
        self.evm, self.market, self.node = evm, market, Node(evm.url)
        self.me = market.owner
        self.account = self.fresh_account()

    def fresh_account(self) -> Account:
        """The account as of now: it sends nothing again."""
        account = Account(self.node, self.me)
        account._next = account._done
        return account

    def view(self, target: str, signature: str, returns: str, *arguments: Any) -> tuple[Any, ...]:
        call = {"from": self.me, "to": target, "data": "0x" + calldata(signature, *arguments).hex()}
        return decode(returns.split(","), bytes.fromhex(str(self.evm.call("eth_call", call, "latest"))[2:]))

    def do(self, target: str, signature: str, *arguments: Any, value: int = 0) -> None:
        self.account.do(target, signature, *arguments, value=value)
