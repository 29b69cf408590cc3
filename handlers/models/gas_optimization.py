"""Bodies and views of sending well: when, and which calls together."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from handlers.runtime import Body, Moment, View
from premium.errors import InvalidInput
from premium.gas.batches.model import BatchCall
from premium.gas.plans import Bundle, Plan

_AN_ADDRESS = r"^0x[0-9a-fA-F]{40}$"
_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
_MOST_VALUE = 2**256 - 1


class TransactionToSend(Body):
    """A call as its sender would send it alone."""

    to: str = Field(
        pattern=_AN_ADDRESS, description="Whom it calls", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"]
    )
    data: str = Field(
        default="0x",
        max_length=32_770,
        pattern=r"^0x([0-9a-fA-F]{2})*$",
        description="Its data",
        examples=["0xfff6cae9"],
    )
    value: str = Field(default="0", pattern=r"^[0-9]{1,78}$", description="What it sends, in wei", examples=["0"])

    def call(self) -> BatchCall:
        """Return the call; InvalidInput for more value than 256 bits hold."""
        if int(self.value) > _MOST_VALUE:
            raise InvalidInput.about("value", "is more than 256 bits hold")
        return BatchCall(self.to.lower(), bytes.fromhex(self.data[2:]), int(self.value))


class TransactionsToSend(Body):
    """Calls of one sender, in the order in which he would send them."""

    chain: str = Field(min_length=2, max_length=32, description="The chain's short name", examples=["ethereum"])
    sender: str = Field(alias="from", pattern=_AN_ADDRESS, description="Who sends them", examples=[_ADDRESS])
    transactions: tuple[TransactionToSend, ...] = Field(
        min_length=1,
        max_length=20,
        description="At most 20, in the order in which they would be sent",
        examples=[[{"to": _ADDRESS}]],
    )
    deadline: Moment | None = None
    """By when they must be sent, within 24 hours; an hour from now without."""


class SendWindowView(View):
    """When to send."""

    start: datetime = Field(alias="from")
    """From now on."""
    end: datetime = Field(alias="to")
    """Until then; at the latest then, whatever it costs."""
    send_at_base_fee: str = Field(description="The base fee in wei at or below which to send", examples=["11000000000"])


class ExpectedSavingView(View):
    """What waiting saves in the mean, against sending now.

    Nothing where it is best to send now.
    """

    native: str = Field(description="In wei", examples=["120000000000000"])
    usd: str | None = Field(description="US dollars; null without a good price", examples=["0.36"])
    percent: float = Field(description="Of the base fee", examples=[8.4])
    p80: list[float] = Field(
        description="Between these lay 80 percent of the past savings, in percent", examples=[[-6.1, 21.4]]
    )


class WaitRegretView(View):
    """What waiting can cost."""

    probability: float = Field(description="How often it cost more than sending at once", examples=[0.21])
    percent: float = Field(description="By how much then, in the mean, of the base fee", examples=[5.2])


class WaitEvidenceView(View):
    """What the advice rests on: moments of the past like this one.

    Nothing was chosen on them.
    """

    n: int = Field(description="Moments", examples=[300])
    mean_saving: float = Field(description="Percent of the base fee", examples=[8.4])
    worst: float = Field(description="The largest loss, in percent", examples=[38.0])
    mean_wait_seconds: float = Field(description="How long one waited, in the mean", examples=[184.0])
    every_seconds: float = Field(description="How often one looked: each block, or each ten minutes", examples=[12.0])


class TransactionToSendView(View):
    """What the simulation showed of a transaction."""

    gas: int | None = Field(
        description="Sent after those before it; null for one that fails even then", examples=[52000]
    )
    sender_matters: bool = Field(description="Whether it may not share Multicall3", examples=[True])
    reason: str | None = Field(
        description="Why; null where its sender is proven not to matter", examples=["it asks 1 times who sends it"]
    )


class CallBatchView(View):
    """Calls that one transaction makes."""

    members: list[int] = Field(description="Their places in the request, from 0 on", examples=[[0, 1]])
    how: Literal["wallet_batch", "multicall3"] = Field(
        description="`wallet_batch`: by the sender's own account (EIP-5792, EIP-7702, a Safe), which stays the sender;"
        " `multicall3`: its sender changes, and was proven not to matter",
        examples=["wallet_batch"],
    )
    gas_separate: int = Field(description="Gas one by one", examples=[104000])
    gas_together: int = Field(description="Gas together", examples=[90000])
    basis: Literal["simulated", "typical"] = Field(description="How the gas together is known", examples=["simulated"])
    saving: int = Field(description="Gas that is saved", examples=[14000])
    saving_native: str = Field(description="The same in wei, in the next block", examples=["182000000000000"])

    @classmethod
    def of(cls, found: Bundle) -> Self:
        """Return the view of a batch."""
        batch = found.batch
        return cls(
            members=list(batch.members), how=batch.how, gas_separate=batch.gas_separate,
            gas_together=batch.gas_together, basis=batch.basis, saving=batch.saving,
            saving_native=str(found.separate - found.together),
        )  # fmt: skip


class OptimizationView(View):
    """When to send, and which calls together, with what speaks for it."""

    chain: str = Field(description="The chain", examples=["ethereum"])
    advice: Literal["send_now", "wait"] = Field(
        description="`wait` only where waiting saved, by more than chance would make it", examples=["wait"]
    )
    window: SendWindowView
    expected_saving: ExpectedSavingView
    regret: WaitRegretView
    evidence: WaitEvidenceView
    gas: int = Field(description="Of all that is to be sent, one by one", examples=[104000])
    transactions: list[TransactionToSendView]
    """Of the transactions of the request, in their order; none of named operations."""
    batching: list[CallBatchView]
    """Those that save gas."""

    @classmethod
    def of(cls, found: Plan) -> Self:
        """Return the view of a plan."""
        told, is_wait = found.advice, bool(found.advice["wait"])
        return cls(
            chain=found.told["chain"], advice="wait" if is_wait else "send_now",
            window=SendWindowView.model_validate(
                {"from": found.start, "to": found.end, "sendAtBaseFee": str(found.send_at)}
            ),
            expected_saving=ExpectedSavingView(
                native=str(found.native), usd=found.usd, percent=_percent(told["saving"]) if is_wait else 0.0,
                p80=[_percent(each) for each in told["likely"]],
            ),
            regret=WaitRegretView(probability=round(told["regret_probability"], 6), percent=_percent(told["regret"])),
            evidence=WaitEvidenceView(
                n=told["n"], mean_saving=_percent(told["saving"]), worst=_percent(told["worst"]),
                mean_wait_seconds=round(told["waited"] * told["every"], 1), every_seconds=told["every"],
            ),
            gas=found.gas,
            transactions=[
                TransactionToSendView(gas=each.gas, sender_matters=each.reason is not None, reason=each.reason)
                for each in found.transactions
            ],
            batching=[CallBatchView.of(each) for each in found.bundles],
        )  # fmt: skip


def _percent(share: float) -> float:
    return round(share * 100, 4)
