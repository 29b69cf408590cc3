"""The predeploys of an OP-stack chain on a test node: L1Block and GasPriceOracle, at Fjord."""

from __future__ import annotations

from eth_abi.abi import decode
from eth_abi.packed import encode_packed

from local.evm import Evm
from premium.gas.fees.op_stack import DataFee
from tests.factories.contracts.deployment import calldata, send
from tests.factories.npm import artifacts

ORACLE = "0x420000000000000000000000000000000000000F"
_L1_BLOCK = "0x4200000000000000000000000000000000000015"
_DEPOSITOR = "0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001"
_ROOT = "forge-artifacts"
_VALUES = ("uint32", "uint32", "uint64", "uint64", "uint64", "uint256", "uint256", "bytes32", "bytes32")


def build(evm: Evm, prices: DataFee) -> None:
    """Put both predeploys where they belong, and tell them layer one's prices as the depositor does."""
    made = artifacts(
        "@eth-optimism/contracts-bedrock",
        *(f"{_ROOT}/{name}.sol/{name}.json" for name in ("L1Block", "GasPriceOracle")),
    )
    evm.call("anvil_setCode", _L1_BLOCK, made["L1Block"]["deployedBytecode"]["object"])
    evm.call("anvil_setCode", ORACLE, made["GasPriceOracle"]["deployedBytecode"]["object"])
    evm.call("anvil_setBalance", _DEPOSITOR, hex(10**20))
    evm.call("anvil_impersonateAccount", _DEPOSITOR)
    tell(evm, prices)
    for upgrade in ("setEcotone()", "setFjord()"):
        send(evm, ORACLE, calldata(upgrade), sender=_DEPOSITOR)


def tell(evm: Evm, prices: DataFee) -> None:
    """Have the next block carry these prices."""
    values = (prices.base_fee_scalar, prices.blob_base_fee_scalar, 1, 1, 1, prices.base_fee, prices.blob_base_fee,
              bytes(32), bytes(32))  # fmt: skip
    data = calldata("setL1BlockValuesEcotone()") + encode_packed(_VALUES, values)
    send(evm, _L1_BLOCK, data, sender=_DEPOSITOR)


def l1_fee(evm: Evm, unsigned: bytes) -> int:
    """Ask the oracle what an unsigned transaction pays for its data, in wei."""
    asked = {"to": ORACLE, "data": f"0x{calldata('getL1Fee(bytes)', unsigned).hex()}"}
    return int(decode(["uint256"], bytes.fromhex(evm.call("eth_call", asked, "latest")[2:]))[0])
