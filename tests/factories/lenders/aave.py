"""Aave V3 on a test node: provider, pool with its libraries linked, reserves with feeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode

from local.evm import Evm
from local.market.node import calldata
from tests.factories.contracts.deployment import account, send
from tests.factories.npm import artifacts

_LOGIC = ("BorrowLogic", "BridgeLogic", "EModeLogic", "LiquidationLogic", "PoolLogic", "SupplyLogic")
_ROOT = "artifacts/contracts"
_PATHS = [
    *(f"{_ROOT}/protocol/libraries/logic/{n}.sol/{n}.json" for n in (*_LOGIC, "ConfiguratorLogic", "FlashLoanLogic")),
    *(f"{_ROOT}/protocol/pool/{n}.sol/{n}.json"
      for n in ("Pool", "PoolConfigurator", "DefaultReserveInterestRateStrategy")),
    *(f"{_ROOT}/protocol/tokenization/{n}.sol/{n}.json" for n in ("AToken", "StableDebtToken", "VariableDebtToken")),
    *(f"{_ROOT}/protocol/configuration/{n}.sol/{n}.json" for n in ("PoolAddressesProvider", "ACLManager")),
    *(f"{_ROOT}/misc/{n}.sol/{n}.json" for n in ("AaveOracle", "AaveProtocolDataProvider")),
    f"{_ROOT}/mocks/oracle/CLAggregators/MockAggregator.sol/MockAggregator.json",
    f"{_ROOT}/mocks/tokens/MintableERC20.sol/MintableERC20.json",
]  # fmt: skip
_NOBODY = "0x" + "0" * 40
_RAY = 10**27
_RESERVE = f"({'address,' * 3}uint8,{'address,' * 4}{'string,' * 6}bytes)"


@dataclass
class Aave:
    """The pool, its registry, and the tokens that may be supplied."""

    evm: Evm
    me: str
    provider: str = ""
    pool: str = ""
    configurator: str = ""
    oracle: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)

    def do(self, target: str, signature: str, *arguments: Any, sender: str | None = None) -> None:
        send(self.evm, target, calldata(signature, *arguments), sender=sender or self.me)

    def deploy(self, name: str, types: tuple[str, ...] = (), *arguments: Any) -> str:
        code = _linked(self.made[name], self.libraries) + encode(types, arguments)
        return str(send(self.evm, None, code, sender=self.me)["contractAddress"])

    def price(self, symbol: str, dollars: int) -> None:
        """Change what a token is worth, in 1e8 dollars."""
        feed = self.deploy("MockAggregator", ("int256",), dollars)
        self.do(self.oracle, "setAssetSources(address[],address[])", [self.tokens[symbol]], [feed])


def build(evm: Evm) -> Aave:
    """Build the pool with two reserves: COL of 18 digits at $2,000, DEB of 6 at $1."""
    aave = Aave(evm, account(evm), made=artifacts("@aave/core-v3", *_PATHS))
    for name in (*_LOGIC, "FlashLoanLogic", "ConfiguratorLogic"):
        aave.libraries[name] = aave.deploy(name)
    aave.provider = aave.deploy("PoolAddressesProvider", ("string", "address"), "test", aave.me)
    aave.do(aave.provider, "setACLAdmin(address)", aave.me)
    acl = aave.deploy("ACLManager", ("address",), aave.provider)
    aave.do(aave.provider, "setACLManager(address)", acl)
    for right in ("addPoolAdmin(address)", "addAssetListingAdmin(address)", "addRiskAdmin(address)"):
        aave.do(acl, right, aave.me)
    data = aave.deploy("AaveProtocolDataProvider", ("address",), aave.provider)
    aave.do(aave.provider, "setPoolDataProvider(address)", data)
    oracle_fields = ("address", "address[]", "address[]", "address", "address", "uint256")
    aave.oracle = aave.deploy("AaveOracle", oracle_fields, aave.provider, [], [], _NOBODY, _NOBODY, 10**8)
    aave.do(aave.provider, "setPriceOracle(address)", aave.oracle)
    aave.do(aave.provider, "setPoolImpl(address)", aave.deploy("Pool", ("address",), aave.provider))
    aave.do(aave.provider, "setPoolConfiguratorImpl(address)", aave.deploy("PoolConfigurator"))
    names = ("getPool()", "getPoolConfigurator()")
    aave.pool, aave.configurator = (address_of(evm, aave.provider, name) for name in names)
    for symbol, digits, dollars, threshold in (("COL", 18, 2000, 8250), ("DEB", 6, 1, 8000)):
        _reserve(aave, symbol, digits, threshold)
        aave.price(symbol, dollars * 10**8)
    return aave


def _reserve(aave: Aave, symbol: str, digits: int, threshold: int) -> None:
    token = aave.deploy("MintableERC20", ("string", "string", "uint8"), symbol, symbol, digits)
    aave.tokens[symbol] = token
    receipts = [aave.deploy(n, ("address",), aave.pool) for n in ("AToken", "StableDebtToken", "VariableDebtToken")]
    slopes = (8 * _RAY // 10, 0, 4 * _RAY // 100, 75 * _RAY // 100, _RAY // 100, _RAY // 2, _RAY // 100, 0, _RAY // 5)
    strategy = aave.deploy("DefaultReserveInterestRateStrategy", ("address", *("uint256",) * 9), aave.provider, *slopes)
    names = (f"a{symbol}", f"a{symbol}", f"v{symbol}", f"v{symbol}", f"s{symbol}", f"s{symbol}", b"")
    row = (*receipts, digits, strategy, token, aave.me, _NOBODY, *names)
    aave.do(aave.configurator, f"initReserves({_RESERVE}[])", [row])
    setting = "configureReserveAsCollateral(address,uint256,uint256,uint256)"
    aave.do(aave.configurator, setting, token, threshold - 250, threshold, 10500)
    aave.do(aave.configurator, "setReserveBorrowing(address,bool)", token, True)


def _linked(artifact: dict[str, Any], libraries: dict[str, str]) -> bytes:
    code = artifact["bytecode"].removeprefix("0x")
    for file in artifact.get("linkReferences", {}).values():
        for name, places in file.items():
            for place in places:
                at = 2 * place["start"]
                code = code[:at] + libraries[name][2:] + code[at + 40 :]
    return bytes.fromhex(code)


def address_of(evm: Evm, target: str, signature: str) -> str:
    return "0x" + str(evm.call("eth_call", {"to": target, "data": "0x" + calldata(signature).hex()}, "latest"))[-40:]
