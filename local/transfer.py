"""Send coins or tokens on the local chain, for rules on transfers to see."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from local.errors import LocalError
from local.evm import Evm
from local.market import Market
from local.market.build import account
from local.market.node import calldata
from local.patience import wait_for
from premium.chains.addresses import checksum

NATIVE = "ETH"
DECIMALS = 18
"""Of every token of the local market, and of the coin."""
_GAS_MONEY = 10**18
_TRANSFER = "transfer(address,uint256)"


@dataclass(frozen=True)
class Sent:
    """A transfer that is in a block."""

    transaction: str
    block: int
    sender: str
    receiver: str


def transfer(
    evm: Evm, market: Market, token: str, amount: str, *, sender: str | None = None, receiver: str | None = None
) -> Sent:
    """Give a sender what it sends, send it, and return the transfer.

    By default both ends are accounts that nothing else uses. LocalError names a wrong argument, or why the chain said
    no.
    """
    units, contract = _units(amount), _contract(market, token)
    source = _address("FROM", sender) if sender else account("whale")
    target = _address("TO", receiver) if receiver else account("receiver")
    _fund(evm, contract, source, units)
    evm.call("anvil_impersonateAccount", source)
    call = {"from": source, "gas": hex(200_000)}
    if contract is None:
        call |= {"to": target, "value": hex(units)}
    else:
        call |= {"to": contract, "data": "0x" + calldata(_TRANSFER, target, units).hex()}
    sent = evm.call("eth_sendTransaction", call)
    wait_for(
        f"the transfer {sent} to be mined", lambda: evm.call("eth_getTransactionReceipt", sent) is not None,
        remedy="See: make logs NAME=evm",
    )  # fmt: skip
    receipt = evm.call("eth_getTransactionReceipt", sent)
    if receipt["status"] != "0x1":
        raise LocalError(f"The chain reverted the transfer {sent}.", "See: make logs NAME=evm")
    return Sent(sent, int(receipt["blockNumber"], 16), source, target)


def _fund(evm: Evm, contract: str | None, source: str, units: int) -> None:
    """Give the sender at least what it sends, and what the gas costs."""
    held = int(evm.call("eth_getBalance", source, "latest"), 16)
    needed = _GAS_MONEY + (units if contract is None else 0)
    if held < needed:
        evm.call("anvil_setBalance", source, hex(needed))
    if contract is None:
        return
    data = "0x" + calldata("balanceOf(address)", source).hex()
    balance = str(evm.call("eth_call", {"to": contract, "data": data}, "latest"))
    if balance == "0x":
        raise LocalError(f"At {contract} is no token.", "Name one of the local chain: ETH, WETH, USDL, LGOV, LPTS")
    if int(balance, 16) < units:
        evm.call("anvil_dealERC20", source, contract, hex(units))


def _contract(market: Market, token: str) -> str | None:
    """Return a token's address; None for the coin."""
    known = {"WETH": market.weth, "USDL": market.usd, "LGOV": market.governance, "LPTS": market.proxy_token}
    if token.upper() == NATIVE:
        return None
    if found := known.get(token.upper()):
        return found
    if token.startswith("0x"):
        return _address("TOKEN", token)
    raise LocalError(
        f"TOKEN is {token!r}, and the local chain has no such token.",
        f"There are {NATIVE}, {', '.join(known)}; another contract goes by its address.",
    )


def _address(name: str, text: str) -> str:
    try:
        return checksum(text)
    except ValueError as error:
        raise LocalError(f"{name} is {text!r}: {error}.", "Leave it out for an account of its own.") from None


def _units(amount: str) -> int:
    """Return an amount in base units; LocalError where it is none."""
    try:
        units = Decimal(amount).scaleb(DECIMALS)
        if units.is_finite() and units == units.to_integral_value() and 0 < units < 2**128:
            return int(units)
    except InvalidOperation:
        pass
    raise LocalError(f"AMOUNT is {amount!r}.", f"A number above zero with at most {DECIMALS} decimals is needed: 12.5")
