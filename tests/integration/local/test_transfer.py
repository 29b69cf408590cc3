"""`make transfer` sends what a rule on transfers is about, and says what it cannot send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local import ports
from local.errors import LocalError
from local.evm import Evm
from local.market import Market, build
from local.market.node import calldata
from local.transfer import transfer

pytestmark = pytest.mark.integration
RECEIVER = "0x" + "b7" * 20


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evm]:
    made = Evm(tmp_path_factory.mktemp("transfers") / "evm", ports.free())
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def market(node: Evm) -> Market:
    return build(node.url)


def held(node: Evm, token: str | None, owner: str) -> int:
    if token is None:
        return int(node.call("eth_getBalance", owner, "latest"), 16)
    data = "0x" + calldata("balanceOf(address)", owner).hex()
    return int(node.call("eth_call", {"to": token, "data": data}, "latest"), 16)


@pytest.mark.parametrize("token", ["ETH", "eth", "WETH", "USDL", "LGOV", "LPTS", "address"])
def test_the_receiver_has_it_and_the_market_builds_on(node: Evm, market: Market, token: str) -> None:
    contracts = {"WETH": market.weth, "USDL": market.usd, "LGOV": market.governance, "LPTS": market.proxy_token}
    name, contract = (market.usd, market.usd) if token == "address" else (token, contracts.get(token))
    before = held(node, contract, RECEIVER)
    sent = transfer(node, market, name, "150000.5", receiver=RECEIVER)
    assert held(node, contract, RECEIVER) - before == 1500005 * 10**17
    assert int(node.call("eth_getTransactionReceipt", sent.transaction)["blockNumber"], 16) == sent.block
    assert build(node.url) == market


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("USDC", "1", None), "TOKEN is 'USDC'.* ETH, WETH, USDL, LGOV, LPTS"),
        (("ETH", "-1", None), "AMOUNT is '-1'"),
        (("ETH", "many", None), "AMOUNT is 'many'"),
        (("ETH", "NaN", None), "AMOUNT is 'NaN'"),
        (("ETH", "0.0000000000000000001", None), "at most 18 decimals"),
        (("ETH", "1", "0x12"), "TO is '0x12'"),
        (("0x" + "11" * 20, "1", None), "At 0x1111.* is no token"),
    ],
)
def test_what_cannot_be_sent_is_said(node: Evm, market: Market, wrong: tuple[str, str, str | None], said: str) -> None:
    token, amount, receiver = wrong
    with pytest.raises(LocalError, match=said):
        transfer(node, market, token, amount, receiver=receiver)
