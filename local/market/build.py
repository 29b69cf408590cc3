"""Build the market: deploy contracts, fund pools, trade.

Run again it sends only what is missing.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3, Market
from local.market.node import ETHER, Account, Node, calldata
from local.market.trades import trade
from premium.chains.addresses import checksum, keccak256

_START = datetime(2024, 1, 10, 9, tzinfo=UTC)
_FOREVER = 2**64
_PRICE = 3000
_SQRT_PRICE_EQUAL = 2**96
_FULL_RANGE = 887220
"""The widest tick divisible by 60, the spacing of the 0.3 % pools."""


def build(url: str) -> Market:
    """Build the market on the node at `url`, and return it.

    LocalError where the node refuses. The chain's time is the machine's at the end.
    """
    node = Node(url)
    try:
        return _build(node)
    finally:
        node.close()


def _build(node: Node) -> Market:
    owner = Account(node, account("owner"))
    _prepare(node, owner.address)
    market = _deploy(owner)
    _fund(owner, market)
    if trade(node, owner, market):
        node.call("evm_setTime", int(time.time()))
        node.call("evm_mine")
    return market


def account(label: str) -> str:
    """Return the address of an account that only the market uses.

    Its nonce tells how far the market has been built.
    """
    return checksum("0x" + keccak256(f"local market {label}".encode())[12:].hex())


def _prepare(node: Node, owner: str) -> None:
    if int(node.call("eth_getBalance", owner, "latest"), 16) == 0:
        node.call("anvil_setBalance", owner, hex(100_000 * ETHER))
    if node.call("eth_getCode", MULTICALL3, "latest") == "0x":
        node.call("anvil_setCode", MULTICALL3, multicall3_code())


def _deploy(owner: Account) -> Market:
    supply, me = 10**9 * ETHER, owner.address
    fixed = ("string", "string", "uint256", "address")
    weth = owner.deploy("WETH9", at=_START)
    usd = owner.deploy("ERC20PresetFixedSupply", fixed, "Local Dollar", "USDL", supply, me)
    governance = owner.deploy("ERC20PresetFixedSupply", fixed, "Local Governance", "LGOV", supply, me)
    implementation = owner.deploy("ERC20PresetMinterPauserUpgradeable")
    admin = owner.deploy("ProxyAdmin")
    start = calldata("initialize(string,string)", "Local Points", "LPTS")
    proxied = owner.deploy("TransparentUpgradeableProxy", ("address", "address", "bytes"), implementation, admin, start)
    v2_factory = owner.deploy("UniswapV2Factory", ("address",), me)
    v2_router = owner.deploy("UniswapV2Router02", ("address", "address"), v2_factory, weth)
    v3_factory = owner.deploy("UniswapV3Factory")
    v3_router = owner.deploy("SwapRouter", ("address", "address"), v3_factory, weth)
    no_pictures = "0x" + "0" * 40
    positions = owner.deploy("NonfungiblePositionManager", ("address",) * 3, v3_factory, weth, no_pictures)
    return Market(
        wallet=account("trader"), owner=me, weth=weth, usd=usd, governance=governance, proxy_token=proxied,
        proxy_admin=admin, implementation=implementation, v2_factory=v2_factory, v2_router=v2_router,
        v3_factory=v3_factory, v3_router=v3_router, v3_positions=positions,
    )  # fmt: skip


def _fund(owner: Account, market: Market) -> None:
    """Fund the pools of V2 deeply enough for trustworthy prices.

    3 M USDL against ETH, 1.5 M against LGOV, 1,000 WETH against LPTS.
    """
    owner.do(market.proxy_token, "mint(address,uint256)", owner.address, 10**7 * ETHER)
    for token in (market.usd, market.governance):
        owner.do(token, "approve(address,uint256)", market.v2_router, 2**256 - 1)
    eth, me = 1000 * ETHER, owner.address
    add_eth = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
    owner.do(market.v2_router, add_eth, market.usd, _PRICE * eth, 0, 0, me, _FOREVER, value=eth)
    add = "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)"
    amounts = (1_500_000 * ETHER, 500_000 * ETHER)
    owner.do(market.v2_router, add, market.usd, market.governance, *amounts, 0, 0, me, _FOREVER)
    _fund_v3(owner, market)


def _fund_v3(owner: Account, market: Market) -> None:
    """Fund the pool of V3: WETH and LPTS, one to one over the full range.

    It is a real position.
    """
    amount, manager = 1000 * ETHER, market.v3_positions
    owner.do(market.weth, "deposit()", value=amount)
    for token in (market.weth, market.proxy_token):
        owner.do(token, "approve(address,uint256)", manager, 2**256 - 1)
    pair = sorted((market.weth, market.proxy_token), key=str.lower)
    create = "createAndInitializePoolIfNecessary(address,address,uint24,uint160)"
    owner.do(manager, create, *pair, 3000, _SQRT_PRICE_EQUAL)
    position = (*pair, 3000, -_FULL_RANGE, _FULL_RANGE, amount, amount, 0, 0, owner.address, _FOREVER)
    fields = "address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256"
    owner.do(manager, f"mint(({fields}))", position)
