"""Payloads and kinds of the security service's jobs."""

from __future__ import annotations

from pydantic import Field

from premium.jobs.model import JobKind, JobPayload, Moment


class ScanContractPayload(JobPayload):
    """The contract to scan."""

    chain: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,31}$")
    address: str = Field(pattern=r"^0x[0-9a-fA-F]{40}$")
    """Checksummed."""
    trade: bool = False
    """Whether a token is traded, too; jobs of the release before do not say."""
    anew: bool = False
    """Whether it is explored even where what is kept still stands."""


class ScanAddressPayload(ScanContractPayload):
    """The address to scan: a contract or an account."""


class ScanSourcePayload(ScanContractPayload):
    """The contract to scan with the source that is said to be its own."""

    source: str = Field(pattern=r"^[0-9a-f]{64}$")
    """The digest under which it is kept."""


class ScorePayload(ScanContractPayload):
    """The address whose score is made anew."""


class ApprovalsPayload(ScanContractPayload):
    """The wallet whose open allowances are read."""


SCAN_CONTRACT = JobKind(
    name="security.scan_contract",
    function="premium.security.work.scans.scan_contract",
    queue="scanning",
    payload=ScanContractPayload,
    timeout_seconds=60,
)
SCAN_ADDRESS = JobKind(
    name="security.scan_address",
    function="premium.security.work.scans.scan_address",
    queue="scanning",
    payload=ScanAddressPayload,
    timeout_seconds=60,
)
SCAN_SOURCE = JobKind(
    name="security.scan_source",
    function="premium.security.work.scans.scan_source",
    queue="scanning",
    payload=ScanSourcePayload,
    timeout_seconds=420,  # three versions of a compiler are tried, each for a minute of CPU and two by the clock
)
SCORE = JobKind(
    name="security.score",
    function="premium.security.work.scores.score",
    queue="scanning",
    payload=ScorePayload,
    timeout_seconds=60,
)
UPKEEP = JobKind(
    name="security.upkeep",
    function="premium.security.work.upkeep.maintain",
    queue="default",
    payload=Moment,
    timeout_seconds=120,
)
APPROVALS = JobKind(
    name="security.approvals",
    function="premium.security.work.approvals.approvals",
    queue="scanning",
    payload=ApprovalsPayload,
    timeout_seconds=120,
)
HELD = JobKind(
    name="security.held",
    function="premium.security.work.watch.held",
    queue="scanning",
    payload=Moment,
    timeout_seconds=600,
)
WATCH = JobKind(
    name="security.watch",
    function="premium.security.work.watch.watch",
    queue="scanning",
    payload=Moment,
    timeout_seconds=1500,
)
