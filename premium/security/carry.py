"""Carries out a contract scan: worker side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.chains.addresses import checksum, keccak256
from premium.errors import Unprocessable
from premium.execution.context import JobContext
from premium.security.jobs import ScanContractPayload
from premium.security.model import ContractScan
from premium.security.node import NodeReader
from premium.security.reading import CodeReader
from premium.security.recall import Recorder, recalled, remember
from premium.security.scan import scan
from premium.security.service import readable
from premium.security.store import ScanRow, ScanStore
from premium.storage.cache import Cache

_SECONDS = 20.0


def carry_out(context: JobContext, payload: ScanContractPayload) -> Mapping[str, Any]:
    """The job's body: one row, whichever attempt wrote it, and its id as the record's result."""
    platform = context.platform
    store = ScanStore(platform.worker_database)
    row = store.by_job(context.user_id, context.job_id)
    if row is None:
        chain = readable(platform.chains, payload.chain)
        with NodeReader(lambda client: platform.market(client).rpc(chain.name, deadline=_SECONDS)) as reader:
            made = scan_at(chain.name, payload.address, reader, Cache(platform.redis(3), "security"))
        context.progress(0.9)
        code_hash = bytes.fromhex(made.code_hash[2:66])
        row = store.add_contract(context.user_id, context.job_id, made, code_hash, point=context.point)
    return _summary(row)


def scan_at(chain: str, address: str, reader: CodeReader, cache: Cache) -> ContractScan:
    """The scan over any reader; Unprocessable where there is no code."""
    target = checksum(address)
    recorder = Recorder(reader)
    code = recorder.code(target)
    if not code:
        raise Unprocessable(
            f"{target} has no code on {chain}: it is an account, or nothing was deployed there",
            details={"address": "no contract at this address"},
        )
    known = recalled(cache, chain, target, keccak_hex(code), recorder)
    if known is not None:
        return known
    made = _checksummed(scan(target, chain, recorder, code_hash=keccak_hex))
    remember(cache, made, keccak_hex(code), recorder)
    return made


def _checksummed(scan: ContractScan) -> ContractScan:
    """Addresses as the API writes them."""
    hops = tuple(
        hop.model_copy(
            update={name: _address(getattr(hop, name)) for name in ("address", "implementation", "admin", "beacon")}
        )
        for hop in scan.proxies
    )
    findings = tuple(
        one.model_copy(
            update={
                "holder": " ".join(_address(word) or word for word in one.holder.split()) if one.holder else None,
                "evidence": tuple(
                    place.model_copy(update={"address": _address(place.address)}) for place in one.evidence
                ),
            }
        )
        for one in scan.findings
    )
    return scan.model_copy(update={"proxies": hops, "findings": findings})


def _address(text: str | None) -> str | None:
    return checksum(text.lower()) if text is not None and len(text) == 42 and text.startswith("0x") else text


def keccak_hex(code: bytes) -> str:
    return f"0x{keccak256(code).hex()}"


def _summary(row: ScanRow) -> dict[str, Any]:
    worst = row.findings[0].severity.value if row.findings else None
    return {
        "scan_id": str(row.id),
        "risk_score": row.risk_score,
        "findings": len(row.findings),
        "worst_severity": worst,
    }
