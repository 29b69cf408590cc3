"""Scan two deployed contracts: a plain token, and a proxy whose owner may mint."""

from __future__ import annotations

from dataclasses import dataclass

from local.errors import LocalError
from local.journey.walk import Walk, must_equal

_REMEDY = "See: make logs NAME=workers"


@dataclass(frozen=True)
class Scan:
    target: str
    score: int
    findings: dict[str, str]
    """Finding → severity."""


def scan(walk: Walk, address: str) -> Scan:
    job = walk.job("/v1/security/scan/contract", {"chain": "local", "address": address})
    made = walk.api.get(f"/v1/security/scans/{job['result']['scanId']}")
    must_equal("the scanned address", made["target"], address)
    return Scan(address, made["riskScore"], {one["id"]: one["severity"] for one in made["findings"]})


def scan_both(walk: Walk) -> tuple[Scan, Scan]:
    """Scan both contracts and check their findings.

    The plain token has nothing grave; the proxy's replaceable code and its mint are found.
    """
    benign, proxy = scan(walk, walk.market.governance), scan(walk, walk.market.proxy_token)
    grave = {name for name, severity in benign.findings.items() if severity in ("high", "critical")}
    if grave or benign.score >= 30:
        raise LocalError(f"The benign token was given {benign.score} points for {benign.findings}.", _REMEDY)
    missing = {"mint", "upgradeable"} - set(proxy.findings)
    if missing or proxy.score < 50:
        raise LocalError(f"The proxy got {proxy.score} points; not found: {', '.join(missing) or '-'}.", _REMEDY)
    return benign, proxy
