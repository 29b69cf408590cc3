"""Requests and views of scans by jobs, scores, the catalogue and disputes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, ExactJson, JobView, View, Visible, VisibleLines, job_view
from premium.jobs.model import JobRecord
from premium.security.model import DisputeRow, ScoreRow, Severity, Verdict
from premium.security.sources import GivenSource

SourcePath = Annotated[str, Field(min_length=1, max_length=1000)]
SourceText = Annotated[str, Field(max_length=2 * 1024 * 1024)]


class ContractToScan(Body):
    """A contract to scan and its chain."""

    chain: str = Field(min_length=2, max_length=32, description="The chain's short name", examples=["ethereum"])
    address: str = Field(
        min_length=42,
        max_length=42,
        description="EVM address; a mixed-case one must fit EIP-55",
        examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"],
    )


class TokenToScan(ContractToScan):
    """A contract to scan, its chain, and whether its token is traded as well."""

    trade: bool = Field(
        default=False,
        description="Also buy, move and sell the token in its pair, in a simulation: taxes, limits and traps measured",
        examples=[True],
    )


class SourceToScan(Body):
    """The source that is said to be a contract's."""

    sources: dict[SourcePath, SourceText] = Field(
        min_length=1, max_length=200, description="Each file by its path; 2 MiB together", examples=[{"Token.sol": "…"}]
    )
    compiler: str | None = Field(
        default=None, max_length=100, description="The compiler's version; without it what the files ask for",
        examples=["0.8.28"],
    )  # fmt: skip
    settings: dict[str, ExactJson] = Field(
        default={}, max_length=7, description="The compiler's settings, as in its standard JSON",
        examples=[{"optimizer": {"enabled": True, "runs": 200}}],
    )  # fmt: skip
    contract: str | None = Field(
        default=None, max_length=200, description="Which contract of the files it is", examples=["Token"]
    )

    def given(self) -> GivenSource:
        """Return it as the service takes it."""
        return GivenSource.model_validate(self.model_dump())


class CodeToScan(TokenToScan):
    """A contract to scan: its chain, whether its token is traded, and its source."""

    anew: bool = Field(
        default=False, description="Explore its code even where nothing that the last scan rests on changed",
        examples=[False],
    )  # fmt: skip
    source: SourceToScan | None = Field(
        default=None, description="Also compile and judge this source, and hold it against the code"
    )


class AddressToScan(ContractToScan):
    """An address to scan, contract or account, and its chain."""


class FactorView(View):
    """What one kind of finding adds to a score."""

    id: str = Field(description="The finding", examples=["mint"])
    points: int = Field(description="Its part; all parts add up to the score", examples=[38])


class BlockView(View):
    """As of when a score is."""

    block: int | None = Field(description="The block whose state was read", examples=[19000000])
    at: datetime
    """When it was made."""


class ScoreView(View):
    """The score of an address; null parts while the first one is made."""

    risk_score: int | None = Field(description="0 (nothing found) to 100", examples=[63])
    verdict: Verdict | None
    """What the findings come to."""
    factors: list[FactorView]
    """What each kind of finding adds."""
    as_of: BlockView | None
    """The block and time of the score."""
    stale: bool
    """Whether it is older than a quarter of an hour, and renewed now."""
    job: JobView | None
    """The job that makes a new one."""


class FindingKindView(View):
    """A kind of finding, with its words."""

    id: str = Field(description="Its id, which is never given to another", examples=["mint"])
    severity: Severity
    """How grave it is in the hands of one who is not known."""
    severity_known: Severity
    """How grave it is in the hands of a labelled protocol, issuer or exchange."""
    weight: int = Field(description="The part of the trust that it takes away, per cent", examples=[45])
    title: str = Field(description="One line", examples=["Supply can be increased"])
    meaning: str = Field(description="What it means", examples=["A privileged party can create units."])
    advice: str = Field(description="What to do", examples=["Hold only what you can lose to this party."])


class Dispute(Body):
    """An objection to a finding of a scan, or of an address."""

    scan_id: UUID | None = Field(default=None, description="The scan whose finding is disputed")
    chain: str | None = Field(
        default=None, min_length=2, max_length=32, description="Or the chain of the address", examples=["ethereum"]
    )
    target: str | None = Field(
        default=None,
        min_length=42,
        max_length=42,
        description="And the address",
        examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"],
    )
    finding: Annotated[str, Visible] = Field(
        pattern=r"^[a-z0-9_]{2,64}$", description="The finding's id", examples=["mint"]
    )
    text: Annotated[str, VisibleLines] = Field(
        min_length=1, max_length=4000, description="Why it is wrong, with what shows it", examples=["The owner is 0x0."]
    )


class DisputeView(View):
    """A dispute and its answer."""

    id: UUID
    """The dispute's id."""
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    target: str = Field(description="What it is about", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"])
    scan_id: UUID | None
    """The scan, where one was named."""
    finding: str = Field(description="The finding's id", examples=["mint"])
    text: str = Field(description="Why it is wrong", examples=["The owner is 0x0."])
    status: Literal["open", "upheld", "withdrawn"]
    """Open, the finding upheld, or the finding withdrawn."""
    answer: str | None = Field(description="Staff's reason", examples=["The multisig holds it since block 19000000."])
    answered_at: datetime | None
    """When it was answered."""
    created_at: datetime
    """When it was made."""


def score_view(row: ScoreRow | None, job: JobRecord | None) -> ScoreView:
    """Return the view of a score, and of the job that renews it."""
    renewing = job_view(job) if job is not None else None
    if row is None:
        return ScoreView(risk_score=None, verdict=None, factors=[], as_of=None, stale=False, job=renewing)
    return ScoreView(
        risk_score=row.risk_score,
        verdict=row.verdict,
        factors=[FactorView(id=each["id"], points=each["points"]) for each in row.risk_factors],
        as_of=BlockView(block=row.block_number, at=row.updated_at),
        stale=job is not None,
        job=renewing,
    )


def finding_kinds() -> list[FindingKindView]:
    """Return the catalogue."""
    from premium.security.report.listed import catalogue  # noqa: PLC0415 - one route of ten needs it

    return [FindingKindView.model_validate(each) for each in catalogue()]


def dispute_view(row: DisputeRow) -> DisputeView:
    """Return the view of a dispute."""
    return DisputeView.model_validate(row.model_dump())
