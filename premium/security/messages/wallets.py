"""Read what wallets sign for themselves: Safe, forwards, user operations, delegations, nested messages."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.calls.effects import Effect, Inner, Lets, Move, Party, Power
from premium.security.calls.readers.accounts import operation_steps
from premium.security.knowledge.known import NATIVE, ZERO, coin
from premium.security.messages.families import Signed, family
from premium.security.messages.values import Unfit, address, data, listed, number

_SAFE = "to value data operation safeTxGas"
_REFUND = "gasPrice gasToken refundReceiver"


@family("safe_tx", f"{_SAFE} baseGas {_REFUND} nonce", own=True)
def safe(signed: Signed) -> Iterator[Effect | Inner]:
    """Call or delegate as the Safe, and pay a refund where one is set."""
    m, wallet = signed.message, _wallet(signed)
    delegate = number(m, "operation") == 1
    yield Inner(address(m, "to"), 0 if delegate else number(m, "value"), data(m, "data"), wallet, delegate=delegate)
    base = m.get("baseGas", m.get("dataGas"))
    price, receiver = number(m, "gasPrice"), address(m, "refundReceiver")
    if price and isinstance(base, int) and base and receiver != ZERO:
        token = coin(address(m, "gasToken"))
        yield Move(token, wallet, receiver, base * price, "native" if token == NATIVE else "erc20")


@family("safe_tx", f"{_SAFE} dataGas {_REFUND} nonce", own=True)
def safe_first(signed: Signed) -> Iterator[Effect | Inner]:
    """Call or delegate as a Safe of the first versions."""
    yield from safe(signed)


def _wallet(signed: Signed) -> str:
    if signed.contract is None:
        raise Unfit("verifyingContract")
    return signed.contract


@family("safe_message", "message", own=True)
def safe_message(signed: Signed) -> Iterator[Effect | Inner]:
    """Sign for a Safe what was hashed before."""
    content = signed.message.get("message")
    if isinstance(content, bytes) and len(content) == 32:
        yield Power("blind_hash", None, "a message of the Safe by its hash alone")
    else:
        yield Lets(None, "show this as signed by the Safe")


def _forward(signed: Signed, until: str | None) -> Iterator[Effect | Inner]:
    m = signed.message
    sender = address(m, "from")
    if until is not None:
        yield Lets(None, "send this call as you", number(m, until))
    yield Inner(address(m, "to"), number(m, "value"), data(m, "data"), sender)


@family("erc2771", "from to value gas nonce data")
def forward(signed: Signed) -> Iterator[Effect | Inner]:
    """Let a forwarder make one call."""
    yield from _forward(signed, None)


@family("erc2771", "from to value gas nonce deadline data")
def forward_until(signed: Signed) -> Iterator[Effect | Inner]:
    """Let a forwarder make one call until a time."""
    yield from _forward(signed, "deadline")


@family("erc2771", "from to value gas nonce data validUntil")
def forward_valid(signed: Signed) -> Iterator[Effect | Inner]:
    """Let a forwarder make one call until a time or block."""
    yield from _forward(signed, None)


@family("erc2771", "nonce from functionSignature")
def meta(signed: Signed) -> Iterator[Effect | Inner]:
    """Let anyone make one call of the contract in the signer's name."""
    m = signed.message
    yield Inner(_wallet(signed), 0, data(m, "functionSignature"), address(m, "from"))


@family(
    "user_operation",
    "sender nonce initCode callData accountGasLimits preVerificationGas gasFees paymasterAndData",
    own=True,
)
def operation(signed: Signed) -> Iterator[Effect | Inner]:
    """Run an operation of the account."""
    m = signed.message
    entry = signed.contract or ZERO
    yield from operation_steps(
        entry, address(m, "sender"), data(m, "initCode"), data(m, "callData"), data(m, "paymasterAndData")
    )


@family(
    "user_operation",
    "safe nonce initCode callData verificationGasLimit callGasLimit preVerificationGas maxPriorityFeePerGas "
    "maxFeePerGas paymasterAndData validAfter validUntil entryPoint",
    own=True,
)
def safe_operation(signed: Signed) -> Iterator[Effect | Inner]:
    """Run an operation of a Safe."""
    m = signed.message
    yield from operation_steps(
        address(m, "entryPoint"),
        address(m, "safe"),
        data(m, "initCode"),
        data(m, "callData"),
        data(m, "paymasterAndData"),
    )
    yield Party(address(m, "entryPoint"), "entry point")


@family("erc7710", "delegate delegator authority caveats salt")
def delegation(signed: Signed) -> Iterator[Effect | Inner]:
    """Let somebody act for the delegator, within caveats."""
    m = signed.message
    bounds = len(listed(m, "caveats"))
    what = (
        f"act for {address(m, 'delegator')} within {bounds} caveats"
        if bounds
        else f"do anything as {address(m, 'delegator')}"
    )
    yield Power("role_given", address(m, "delegate"), what)
    yield Lets(address(m, "delegate"), what)
