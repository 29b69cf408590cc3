"""Routes of security: judge before a signature, scan, score, dispute."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from handlers.models.security import ScanPosition, ScanView, Verdicts, scan_view
from handlers.models.security_approvals import ApprovalsView, approvals_view
from handlers.models.security_checks import (
    AnswerView,
    MessageToScan,
    TransactionToScan,
    answer_view,
    request_of,
)
from handlers.models.security_more import (
    AddressToScan,
    CodeToScan,
    Dispute,
    DisputeView,
    FindingKindView,
    ScoreView,
    dispute_view,
    finding_kinds,
    score_view,
)
from handlers.runtime import (
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    Moment,
    Principal,
    RequestId,
    entry,
    job_view,
    listing,
    needs,
    position,
    router,
)
from premium.bootstrap import platform
from premium.security.model import ScanFilter, ScanType
from premium.security.service import Approvals, Asked, Checks, Disputes, Scans, Scores

app = router("Security")
AnAddress = Annotated[
    str,
    Path(
        min_length=1, max_length=64, description="The address", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"]
    ),
]
Wallet = Annotated[
    str,
    Query(
        min_length=1, max_length=64, description="The wallet", examples=["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"]
    ),
]
ChainName = Annotated[
    str, Query(min_length=2, max_length=32, description="The chain's short name", examples=["ethereum"])
]


@app.post("/v1/security/scan/transaction")
@needs(service="security", scope="security:write")
def scan_transaction(
    caller: Caller, transaction: TransactionToScan, request_id: RequestId, idempotency_key: IdempotencyKey
) -> AnswerView:
    """Judge a transaction, calls or a user operation before it is signed.

    The verdict stands on what the data say and what the chain's node told in time; the answer is kept as a scan.
    """
    by = _by(caller, request_id, idempotency_key)
    return answer_view(Checks.of(platform()).check(by, "transaction", transaction.chain, request_of(transaction)))


@app.post("/v1/security/scan/message")
@needs(service="security", scope="security:write")
def scan_message(
    caller: Caller, message: MessageToScan, request_id: RequestId, idempotency_key: IdempotencyKey
) -> AnswerView:
    """Judge typed data, a text or a hash before it is signed.

    What is signed is hashed to the byte; the answer is kept as a scan.
    """
    by = _by(caller, request_id, idempotency_key)
    return answer_view(Checks.of(platform()).check(by, "message", message.chain, request_of(message)))


@app.post("/v1/security/scan/contract", status_code=202)
@needs(service="security", scope="security:write")
def scan_contract(
    caller: Caller, contract: CodeToScan, request_id: RequestId, idempotency_key: IdempotencyKey
) -> JobView:
    """Scan a contract's code and its controllers.

    On demand its token is traded and its source judged. The job's result names the scan.
    """
    by = _by(caller, request_id, idempotency_key)
    source = contract.source.given() if contract.source is not None else None
    started = Scans.of(platform()).start_contract(
        by, chain=contract.chain, address=contract.address, trade=contract.trade, anew=contract.anew, source=source
    )
    return job_view(started)


@app.post("/v1/security/scan/address", status_code=202)
@needs(service="security", scope="security:write")
def scan_address(
    caller: Caller, address: AddressToScan, request_id: RequestId, idempotency_key: IdempotencyKey
) -> JobView:
    """Scan an address: its labels, its code or delegate, and what it resembles.

    The job's result names the scan.
    """
    by = _by(caller, request_id, idempotency_key)
    return job_view(Scans.of(platform()).start_address(by, chain=address.chain, address=address.address))


@app.get("/v1/security/scans")
@needs(service="security", scope="security:read")
def list_scans(
    caller: Caller,
    *,
    type: Annotated[ScanType | None, Query(description="Scans of this type alone")] = None,  # noqa: A002 - its name
    chain: Annotated[str | None, Query(max_length=32, description="Of this chain", examples=["ethereum"])] = None,
    target: Annotated[
        str | None,
        Query(max_length=200, description="Of this address", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"]),
    ] = None,
    verdict: Annotated[Verdicts | None, Query(description="With this verdict")] = None,
    min_score: Annotated[
        int | None, Query(alias="minScore", ge=0, le=100, description="With this score or more")
    ] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Made at this time or later")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Made before this time")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[ScanView]:
    """List the caller's scans, newest first."""
    place = position(cursor, ScanPosition)
    after = (place.created_at, place.id) if place else None
    wanted = ScanFilter(
        type=type, chain=chain, target=target, verdict=verdict, min_score=min_score, since=since, until=until
    )
    rows = [scan_view(row) for row in Scans.of(platform()).page(caller.user_id, limit + 1, after, wanted)]
    return listing(rows, limit, ScanPosition, created_at="created_at", id="id")


@app.get("/v1/security/scans/<scan_id>")
@needs(service="security", scope="security:read")
def get_scan(caller: Caller, scan_id: UUID) -> ScanView:
    """Show one scan with its findings."""
    return scan_view(Scans.of(platform()).get(caller.user_id, scan_id))


@app.get("/v1/security/findings")
@needs(service="security", scope="security:read")
def list_findings(caller: Caller) -> list[FindingKindView]:  # noqa: ARG001 - who may see it is checked alone
    """List every kind of finding with its severities and words."""
    return finding_kinds()


@app.get("/v1/security/risk-score/<address>")
@needs(service="security", scope="security:read")
def get_risk_score(caller: Caller, address: AnAddress, chain: ChainName, request_id: RequestId) -> ScoreView:
    """Show the score of an address, the last one while a new one is made.

    Without one yet `riskScore` is null and `job` names the job that makes it.
    """
    row, job = Scores.of(platform()).current(_by(caller, request_id, None), chain=chain, address=address)
    return score_view(row, job)


@app.get("/v1/security/approvals")
@needs(service="security", scope="security:read")
def list_approvals(caller: Caller, wallet: Wallet, chain: ChainName, request_id: RequestId) -> ApprovalsView:
    """Show what a wallet lets others take, with the calls that take it back.

    What was read last is told while it is read anew; without it `approvals` is null and `job` names the job.
    """
    told, job = Approvals.of(platform()).current(_by(caller, request_id, None), chain=chain, wallet=wallet)
    return approvals_view(told, job)


@app.post("/v1/security/disputes", status_code=201)
@needs(service="security", scope="security:write")
def add_dispute(caller: Caller, dispute: Dispute) -> DisputeView:
    """Dispute a finding of a scan or of an address; staff answers with a reason."""
    said = dispute.model_dump()
    return dispute_view(Disputes.of(platform()).add(caller.user_id, **said))


@app.get("/v1/security/disputes")
@needs(service="security", scope="security:read")
def list_disputes(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[DisputeView]:
    """List the caller's disputes and their answers, newest first."""
    place = position(cursor, ScanPosition)
    after = (place.created_at, place.id) if place else None
    rows = [dispute_view(row) for row in Disputes.of(platform()).page(caller.user_id, limit + 1, after)]
    return listing(rows, limit, ScanPosition, created_at="created_at", id="id")


def _by(caller: Principal, request_id: str, key: str | None) -> Asked:
    return Asked(user_id=caller.user_id, tier=caller.tier, request_id=request_id, idempotency_key=key)


handler = entry(app)
