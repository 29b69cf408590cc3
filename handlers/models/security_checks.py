"""Requests and answers of transactions and messages before they are signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from handlers.models.security import FindingView
from handlers.runtime import Body, ExactJson, Figures, View, Visible
from premium.security.model import Finding, Verdict

_HEX = 2 * 128 * 1024 + 2
_ADDRESS = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
AnAddress = Annotated[str, Field(min_length=42, max_length=42)]
AmountText = Annotated[str, Field(pattern=r"^([0-9]{1,78}|0x[0-9a-fA-F]{1,64})$")]
Data = Annotated[str, Field(pattern=r"^0x([0-9a-fA-F]{2})*$", max_length=_HEX)]
ChainText = Annotated[str, Field(min_length=2, max_length=32)]
Origin = Annotated[str, Field(max_length=2048), Visible]


class CallToScan(Body):
    """One call of a batch (EIP-5792)."""

    to: AnAddress | None = Field(default=None, description="The target; null creates a contract", examples=[_ADDRESS])
    value: AmountText = Field(default="0", description="Base units of the coin, as a string", examples=["0"])
    data: Data = Field(default="0x", description="Calldata", examples=["0x095ea7b3"])


class AuthorizationToScan(Body):
    """An EIP-7702 authorisation."""

    chain_id: AmountText = Field(description="The chain's id; 0 is every chain", examples=["1"])
    address: AnAddress = Field(description="The delegate", examples=[_ADDRESS])
    nonce: AmountText = Field(default="0", description="The account's nonce", examples=["7"])


class OperationToScan(Body):
    """A user operation of ERC-4337, packed or with its parts."""

    sender: AnAddress = Field(description="The account", examples=[_ADDRESS])
    nonce: AmountText | None = Field(default=None, description="Its nonce", examples=["1"])
    init_code: Data = Field(default="0x", description="Factory and its data, packed", examples=["0x"])
    factory: AnAddress | None = Field(default=None, description="The factory", examples=[_ADDRESS])
    factory_data: Data = Field(default="0x", description="What the factory is called with", examples=["0x"])
    call_data: Data = Field(default="0x", description="What the account is called with", examples=["0xb61d27f6"])
    paymaster_and_data: Data = Field(default="0x", description="Paymaster and its data, packed", examples=["0x"])
    paymaster: AnAddress | None = Field(default=None, description="The paymaster", examples=[_ADDRESS])
    paymaster_data: Data = Field(default="0x", description="What the paymaster is given", examples=["0x"])


class TransactionToScan(Body):
    """A transaction in one of its forms: fields, `rawTransaction`, `calls` or `userOperation`."""

    chain: ChainText = Field(description="The chain's short name", examples=["ethereum"])
    sender: AnAddress | None = Field(default=None, alias="from", description="Who signs", examples=[_ADDRESS])
    to: AnAddress | None = Field(default=None, description="The target; without one it creates", examples=[_ADDRESS])
    value: AmountText | None = Field(default=None, description="Base units of the coin", examples=["0"])
    data: Data | None = Field(default=None, description="Calldata", examples=["0x095ea7b3"])
    gas: AmountText | None = Field(default=None, description="The gas limit", examples=["60000"])
    max_fee_per_gas: AmountText | None = Field(default=None, description="Wei a gas", examples=["30000000000"])
    authorization_list: list[AuthorizationToScan] | None = Field(
        default=None, max_length=512, description="EIP-7702 authorisations", examples=[[]]
    )
    raw_transaction: Data | None = Field(default=None, description="The bytes, signed or not", examples=["0x02f8"])
    calls: list[CallToScan] | None = Field(default=None, max_length=512, description="A batch", examples=[[]])
    user_operation: OperationToScan | None = None
    """A user operation, with its entry point."""
    entry_point: AnAddress | None = Field(default=None, description="The entry point", examples=[_ADDRESS])
    origin: Origin | None = Field(default=None, description="The page that asks", examples=["https://uniswap.org"])
    simulate: bool = Field(default=True, description="Whether to try it on the chain's present state")


class MessageToScan(Body):
    """A message in one of its forms: `typedData`, `text` or `digest`."""

    chain: ChainText = Field(description="The wallet's chain", examples=["ethereum"])
    sender: AnAddress | None = Field(default=None, alias="from", description="Who signs", examples=[_ADDRESS])
    typed_data: dict[str, ExactJson] | None = Field(
        default=None, description="EIP-712 typed data", examples=[{"primaryType": "Permit"}]
    )
    text: str | None = Field(default=None, max_length=65_536, description="A text", examples=["Sign in"])
    digest: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{64}$")] | None = Field(
        default=None, description="A hash without its content", examples=["0x" + "ab" * 32]
    )
    origin: Origin | None = Field(default=None, description="The page that asks", examples=["https://uniswap.org"])


class CallView(View):
    """One call, opened."""

    path: str = Field(description="Where it is, from outside in", examples=["0.1"])
    sender: str | None = Field(alias="from", description="Who calls, as the target sees it", examples=[_ADDRESS])
    to: str | None = Field(description="The target", examples=[_ADDRESS])
    value: str = Field(description="Base units of the coin", examples=["0"])
    delegate: bool
    """Whether the target's code runs as the caller."""
    selector: str | None = Field(description="The function's selector", examples=["0x095ea7b3"])
    signature: str | None = Field(description="The function", examples=["approve(address,uint256)"])
    confidence: str = Field(description="abi, code, database, guess or none", examples=["code"])
    args: list[JsonValue] | None = Field(description="Its arguments", examples=[["0x…", "1"]])


class DecodedView(View):
    """What the data say."""

    selector: str | None = Field(description="The function's selector", examples=["0x095ea7b3"])
    signature: str | None = Field(description="The function", examples=["approve(address,uint256)"])
    confidence: str = Field(description="abi, code, database, guess or none", examples=["code"])
    args: list[JsonValue] | None = Field(description="Its arguments", examples=[["0x…", "1"]])
    candidates: list[str] = Field(description="Functions of this selector", examples=[["approve(address,uint256)"]])
    calls: list[CallView]
    """The calls inside, depth first."""


class AsOfView(View):
    """As of when an answer is."""

    block: int | None = Field(description="The block whose state was read", examples=[19000000])
    block_hash: str | None = Field(description="Its hash", examples=["0x" + "ab" * 32])
    engine: str = Field(description="The engine", examples=["3"])
    catalogue: int = Field(description="Kinds of findings it knows", examples=[140])
    labels: dict[str, str] = Field(description="Version of each list", examples=[{"ofac": "2026-11-02"}])


class OpinionView(View):
    """What another scanner says, beside our own findings."""

    address: str = Field(description="Of whom", examples=[_ADDRESS])
    kind: str = Field(description="What it says", examples=["phishing"])
    name: str | None = Field(description="In its own words", examples=["phishing activities"])
    source: str = Field(description="Who says it", examples=["goplus"])


class OrderView(View):
    """What an order gives, and what must come back."""

    gives: list[Figures]
    """What leaves."""
    gets: list[Figures]
    """What must come, and to whom."""


class AnswerView(View):
    """The verdict on a transaction or message."""

    scan_id: UUID
    """The scan under which it is kept."""
    verdict: Verdict
    """malicious, danger, caution, clear (all was understood) or unknown."""
    severity: str = Field(description="The worst: none, low, medium, high, critical", examples=["high"])
    risk_score: int = Field(description="0 (nothing found) to 100", examples=[63])
    complete: bool
    """Whether everything was understood and known."""
    unknowns: list[str] = Field(description="What was not", examples=[["The transaction was not simulated."]])
    summary: list[str] = Field(description="What leaves, comes back, stays allowed", examples=[["USDC may be taken."]])
    findings: list[FindingView]
    """What was found, the gravest first."""
    as_of: AsOfView
    """As of when it is."""
    opinions: list[OpinionView]
    """What other scanners say."""
    valid_until: datetime
    """After which it should be asked again."""
    decoded: DecodedView | None
    """What a transaction's data say; null for messages."""
    simulation: Figures | None = Field(description="What trying it showed; null where it was not", examples=[None])
    kind: str | None = Field(description="The message's kind; null for transactions", examples=["permit"])
    digest: str | None = Field(description="What is signed", examples=["0x" + "ab" * 32])
    domain_separator: str | None = Field(description="Of typed data", examples=["0x" + "ab" * 32])
    struct_hash: str | None = Field(description="Of typed data", examples=["0x" + "ab" * 32])
    lets: list[Figures] = Field(description="What a signature lets whom take, until when", examples=[[]])
    order: OrderView | None
    """What an order gives and gets."""


_TRANSACTION = frozenset({"to", "value", "data", "gas", "max_fee_per_gas", "authorization_list"})


def request_of(asked: TransactionToScan | MessageToScan) -> dict[str, Any]:
    """Return a request in the form that the engine's files have."""
    said = {name: _plain(value) for name in type(asked).model_fields if (value := getattr(asked, name)) is not None}
    said.pop("chain")
    made = {name: value for name, value in said.items() if name not in _TRANSACTION and name != "sender"}
    if "sender" in said:
        made["from"] = said["sender"]
    if isinstance(asked, MessageToScan):
        return made
    if "raw_transaction" in made:
        made["raw"] = made.pop("raw_transaction")
    fields = {name: value for name, value in said.items() if name in _TRANSACTION}
    if fields or not {"raw", "calls", "user_operation"} & made.keys():
        made["tx"] = fields
    return made


def answer_view(told: Mapping[str, Any]) -> AnswerView:
    """Return the view of the resident's answer."""
    is_message = "message_kind" in told
    decoded = None if is_message else {name: told[name] for name in DecodedView.model_fields}
    order = {"gives": told["gives"], "gets": told["gets"]} if told.get("gives") or told.get("gets") else None
    same = {name: told[name] for name in _SAME}
    return AnswerView.model_validate(
        {
            **same, "decoded": decoded, "simulation": told.get("simulation"), "kind": told.get("message_kind"),
            "digest": told.get("hash"), "domain_separator": told.get("domain_separator"),
            "struct_hash": told.get("struct_hash"), "lets": told.get("lets", []), "order": order,
            "findings": [_finding(each) for each in told["findings"]],
        }
    )  # fmt: skip


_SAME = (
    "scan_id", "verdict", "severity", "risk_score", "complete", "unknowns", "summary", "as_of", "opinions",
    "valid_until",
)  # fmt: skip


def _finding(told: Mapping[str, Any]) -> dict[str, Any]:

    return Finding.model_validate(told).model_dump()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_none=True)
    return [_plain(each) for each in value] if isinstance(value, list) else value
