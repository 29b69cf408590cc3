"""Venus, of Compound V2's family, on a test node: comptroller, oracle, markets of two tokens.

The comptroller is the package's own in one piece (`ComptrollerMock`: all facets in one contract), too large for a
transaction to create: its code is put in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode

from local.evm import Evm
from local.market.node import calldata
from tests.factories.contracts.deployment import account, send
from tests.factories.npm import artifacts

_ROOT = "artifacts/contracts"
_PATHS = [
    f"{_ROOT}/Tokens/VTokens/VBep20Immutable.sol/VBep20Immutable.json",
    f"{_ROOT}/test/ComptrollerMock.sol/ComptrollerMock.json",
    f"{_ROOT}/test/SimplePriceOracle.sol/SimplePriceOracle.json",
    f"{_ROOT}/test/AccessControlManagerMock.sol/AccessControlManagerMock.json",
    f"{_ROOT}/test/FaucetToken.sol/FaucetToken.json",
    f"{_ROOT}/InterestRateModels/WhitePaperInterestRateModel.sol/WhitePaperInterestRateModel.json",
    f"{_ROOT}/Lens/ComptrollerLens.sol/ComptrollerLens.json",
]
_COMPTROLLER = "0x" + "c0" * 20
WAD = 10**18


@dataclass
class Venus:
    """The comptroller, its oracle, and by symbol the tokens and their markets."""

    evm: Evm
    me: str
    comptroller: str = _COMPTROLLER
    oracle: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    markets: dict[str, str] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)

    def do(self, target: str, signature: str, *arguments: Any, sender: str | None = None) -> None:
        send(self.evm, target, calldata(signature, *arguments), sender=sender or self.me)

    def deploy(self, name: str, types: tuple[str, ...] = (), *arguments: Any) -> str:
        code = bytes.fromhex(self.made[name]["bytecode"].removeprefix("0x")) + encode(types, arguments)
        return str(send(self.evm, None, code, sender=self.me)["contractAddress"])

    def price(self, symbol: str, dollars: int) -> None:
        self.do(self.oracle, "setUnderlyingPrice(address,uint256)", self.markets[symbol], dollars * WAD)


def build(evm: Evm, bounded: bytes) -> Venus:
    """Build two markets of tokens with 18 digits: COL at $2,000, DEB at $1.

    `bounded` is the creation code of the second oracle that the comptroller asks, here of the first one's prices.
    """
    venus = Venus(evm, account(evm), made=artifacts("@venusprotocol/venus-protocol", *_PATHS))
    evm.call("anvil_setCode", venus.comptroller, venus.made["ComptrollerMock"]["deployedBytecode"])
    evm.call("anvil_setStorageAt", venus.comptroller, "0x0", "0x" + venus.me[2:].zfill(64))
    venus.oracle = venus.deploy("SimplePriceOracle")
    rights = venus.deploy("AccessControlManagerMock", ("address",), venus.me)
    venus.do(venus.comptroller, "_setAccessControl(address)", rights)
    venus.do(venus.comptroller, "_setPriceOracle(address)", venus.oracle)
    second = str(send(evm, None, bounded + encode(["address"], [venus.oracle]), sender=venus.me)["contractAddress"])
    venus.do(venus.comptroller, "setDeviationBoundedOracle(address)", second)
    venus.do(venus.comptroller, "_setComptrollerLens(address)", venus.deploy("ComptrollerLens"))
    model = venus.deploy("WhitePaperInterestRateModel", ("uint256",) * 3, WAD // 50, WAD // 5, 10_000)
    for symbol, dollars, factor in (("COL", 2000, 80), ("DEB", 1, 75)):
        _market(venus, symbol, model)
        venus.price(symbol, dollars)
        venus.do(venus.comptroller, "setIsBorrowAllowed(uint96,address,bool)", 0, venus.markets[symbol], True)
        venus.do(venus.comptroller, "setCollateralFactor(address,uint256,uint256)", venus.markets[symbol],
                 factor * WAD // 100, (factor + 5) * WAD // 100)  # fmt: skip
    return venus


def _market(venus: Venus, symbol: str, model: str) -> None:
    names = ("uint256", "string", "uint8", "string")
    token = venus.tokens[symbol] = venus.deploy("FaucetToken", names, 10**30, symbol, 18, symbol)
    fields = ("address", "address", "address", "uint256", "string", "string", "uint8", "address")
    values = (token, venus.comptroller, model, 2 * 10**26, f"v{symbol}", f"v{symbol}", 8, venus.me)
    market = venus.markets[symbol] = venus.deploy("VBep20Immutable", fields, *values)
    venus.do(venus.comptroller, "_supportMarket(address)", market)
    for caps in ("_setMarketBorrowCaps", "_setMarketSupplyCaps"):
        venus.do(venus.comptroller, f"{caps}(address[],uint256[])", [market], [2**255])
