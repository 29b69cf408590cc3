"""Aave V2 on a test node: provider, pool with its libraries linked, reserves with feeds.

As the package carries it: the first release of V2, whose receipts are made for one pool and asset.
"""

from __future__ import annotations

from local.evm import Evm
from tests.factories.contracts.deployment import account
from tests.factories.lenders.aave import Aave, address_of
from tests.factories.npm import artifacts

_ROOT = "artifacts/contracts"
_LOGIC = ("ReserveLogic", "GenericLogic", "ValidationLogic")
_PATHS = [
    *(f"{_ROOT}/protocol/libraries/logic/{n}.sol/{n}.json" for n in _LOGIC),
    *(f"{_ROOT}/protocol/lendingpool/{n}.sol/{n}.json"
      for n in ("LendingPool", "LendingPoolConfigurator", "LendingPoolCollateralManager",
                "DefaultReserveInterestRateStrategy")),
    *(f"{_ROOT}/protocol/tokenization/{n}.sol/{n}.json" for n in ("AToken", "StableDebtToken", "VariableDebtToken")),
    f"{_ROOT}/protocol/configuration/LendingPoolAddressesProvider.sol/LendingPoolAddressesProvider.json",
    f"{_ROOT}/misc/AaveOracle.sol/AaveOracle.json",
    f"{_ROOT}/mocks/oracle/LendingRateOracle.sol/LendingRateOracle.json",
    f"{_ROOT}/mocks/oracle/CLAggregators/MockAggregator.sol/MockAggregator.json",
    f"{_ROOT}/mocks/tokens/MintableERC20.sol/MintableERC20.json",
]  # fmt: skip
_NOBODY, _RAY = "0x" + "0" * 40, 10**27


def build(evm: Evm) -> Aave:
    """Build the pool with two reserves: COL of 18 digits at 2,000 units of its base currency, DEB of 6 at 1."""
    aave = Aave(evm, account(evm), made=artifacts("@aave/protocol-v2", *_PATHS))
    for name in _LOGIC:
        aave.libraries[name] = aave.deploy(name)
    aave.provider = aave.deploy("LendingPoolAddressesProvider", ("string",), "test")
    for setting in ("setPoolAdmin(address)", "setEmergencyAdmin(address)"):
        aave.do(aave.provider, setting, aave.me)
    fields = ("address[]", "address[]", "address", "address")
    aave.oracle = aave.deploy("AaveOracle", fields, [], [], _NOBODY, _NOBODY)
    rates = aave.deploy("LendingRateOracle")
    aave.do(aave.provider, "setPriceOracle(address)", aave.oracle)
    aave.do(aave.provider, "setLendingRateOracle(address)", rates)
    aave.do(aave.provider, "setLendingPoolCollateralManager(address)", aave.deploy("LendingPoolCollateralManager"))
    aave.do(aave.provider, "setLendingPoolImpl(address)", aave.deploy("LendingPool"))
    aave.do(aave.provider, "setLendingPoolConfiguratorImpl(address)", aave.deploy("LendingPoolConfigurator"))
    names = ("getLendingPool()", "getLendingPoolConfigurator()")
    aave.pool, aave.configurator = (address_of(evm, aave.provider, name) for name in names)
    for symbol, digits, price, threshold in (("COL", 18, 2000, 8250), ("DEB", 6, 1, 8000)):
        _reserve(aave, symbol, digits, threshold)
        aave.do(rates, "setMarketBorrowRate(address,uint256)", aave.tokens[symbol], _RAY // 20)
        aave.price(symbol, price * 10**18)
    return aave


def _reserve(aave: Aave, symbol: str, digits: int, threshold: int) -> None:
    token = aave.deploy("MintableERC20", ("string", "string", "uint8"), symbol, symbol, digits)
    aave.tokens[symbol] = token
    debt_fields = ("address", "address", "string", "string", "address")
    receipts = [
        aave.deploy("AToken", ("address", "address", "address", "string", "string", "address"),
                    aave.pool, token, aave.me, symbol, symbol, _NOBODY),
        *(aave.deploy(name, debt_fields, aave.pool, token, symbol, symbol, _NOBODY)
          for name in ("StableDebtToken", "VariableDebtToken")),
    ]  # fmt: skip
    slopes = (8 * _RAY // 10, 0, 4 * _RAY // 100, 75 * _RAY // 100, 2 * _RAY // 100, 75 * _RAY // 100)
    strategy = aave.deploy("DefaultReserveInterestRateStrategy", ("address", *("uint256",) * 6), aave.provider, *slopes)
    aave.do(aave.configurator, "initReserve(address,address,address,uint8,address)", *receipts, digits, strategy)
    setting = "configureReserveAsCollateral(address,uint256,uint256,uint256)"
    aave.do(aave.configurator, setting, token, threshold - 250, threshold, 10500)
    aave.do(aave.configurator, "enableBorrowingOnReserve(address,bool)", token, True)
