"""Values and rows of the security service."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How grave a finding is, in rising order."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Evidence(BaseModel):
    """A place in code or state that proves a finding, as far as known."""

    model_config = ConfigDict(frozen=True)

    address: str | None = None
    """Contract whose code or storage this is, checksummed by the service."""
    selector: str | None = None
    """`0x` and eight digits; None outside any function (fallback, receive)."""
    function: str | None = None
    """A label for a well-known selector; never what a finding is based on."""
    offset: int | None = None
    """Byte offset in the runtime code."""
    slot: str | None = None
    """Storage variable: `0x5`, a mapping as `0x0[]`."""
    value: str | None = None
    """What was read or found there."""
    path: str | None = None
    """The call in a transaction: `0.1` is the second that the first one makes."""
    file: str | None = None
    """The file of a source."""
    line: int | None = None
    """The line in it, from 1."""


class Finding(BaseModel):
    """One thing the reader should know, with its proof."""

    model_config = ConfigDict(frozen=True)

    id: str
    severity: Severity
    title: str
    meaning: str
    advice: str
    basis: str | None = None
    """decoded, simulated, measured, code, source, label or history; None in what older releases wrote."""
    withdrawn: dict[str, str] | None = None
    """Who withdrew it, why and until when: it then informs alone."""
    holder: str | None = None
    """Who has the power: `eoa 0x…`, `contract 0x…`, `renounced`, `anyone`, …"""
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=50)


class ProxyHop(BaseModel):
    """One proxy on the way from the scanned address to the code that runs."""

    model_config = ConfigDict(frozen=True)

    kind: str
    address: str
    implementation: str | None
    admin: str | None = None
    beacon: str | None = None
    slot: str | None = None


class ContractScan(BaseModel):
    """The whole answer about one contract at one block."""

    model_config = ConfigDict(frozen=True)

    chain: str
    target: str
    block_number: int
    code_hash: str
    """Keccak-256 of the target's runtime code and of each implementation's, `0x` hex, joined by '+'."""
    plain_hashes: tuple[str, ...] = ()
    """Keccak-256 of the codes that do more than hand calls on, without the compiler's metadata: the same in clones."""
    code_size: int
    proxies: tuple[ProxyHop, ...]
    standards: tuple[str, ...]
    symbol: str | None = None
    """What it calls itself, as the chain has it: data, never a proof."""
    selectors: tuple[str, ...]
    """The dispatch table, `0x` hex, in order."""
    findings: tuple[Finding, ...]
    risk_score: int = Field(ge=0, le=100)
    complete: bool
    """False where a function was cut, a jump leads to an unknown place, or nothing was found that runs."""
    reached: Decimal = Field(ge=0, le=1)
    """Share of the bytes that was explored, of the code of which least was: data count as not explored."""

    def json_document(self) -> dict[str, Any]:
        """Return the scan as plain JSON values."""
        return self.model_dump(mode="json")


ScanType = Literal["transaction", "message", "contract", "address"]
Verdict = Literal["malicious", "danger", "caution", "clear", "unknown"]
ENGINE = "8"
"""Raised with the engine: what an older one kept is not told again."""


class ScanRow(BaseModel):
    """A scan as it is stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    job_id: UUID | None
    """None where no job was."""
    scan_type: ScanType
    chain: str
    target: str
    verdict: Verdict | None
    """None in what older releases wrote."""
    engine_version: str | None
    risk_score: int
    findings: tuple[Finding, ...]
    details: dict[str, Any]
    created_at: datetime


class NewScan(BaseModel):
    """A scan to be kept."""

    model_config = ConfigDict(frozen=True)

    scan_type: ScanType
    chain: str
    target: str
    code_hash: bytes | None = None
    verdict: Verdict
    risk_score: int
    findings: list[dict[str, Any]]
    details: dict[str, Any]


class ScanFilter(BaseModel):
    """Which scans a list shows; None for all."""

    model_config = ConfigDict(frozen=True)

    type: ScanType | None = None
    chain: str | None = None
    target: str | None = None
    verdict: Verdict | None = None
    min_score: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class DisputeRow(BaseModel):
    """A user's objection to a finding, and staff's answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    chain: str
    target: str
    scan_id: UUID | None
    finding: str
    text: str
    status: Literal["open", "upheld", "withdrawn"]
    answer: str | None
    answered_at: datetime | None
    created_at: datetime


class ScoreRow(BaseModel):
    """The score of an address at one block."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain: str
    address: str
    risk_score: int
    verdict: Verdict
    risk_factors: list[dict[str, Any]]
    """Id and points of each kind of finding; they add up to the score."""
    block_number: int | None
    updated_at: datetime
