"""The current scan of a contract: kept from before, or made anew."""

from __future__ import annotations

from premium.chains.addresses import checksum, keccak256
from premium.errors import Unprocessable
from premium.security.contract.analysis import Analyst, analysed
from premium.security.contract.scan import scan
from premium.security.contract.state import StateReader
from premium.security.model import ContractScan, Evidence, Finding, ProxyHop
from premium.security.onchain.recorder import Recorder
from premium.security.onchain.scan_cache import ScanCache
from premium.storage.cache import Cache


def current_scan(
    chain: str, address: str, reader: StateReader, cache: Cache, *, anew: bool = False, analyst: Analyst = analysed
) -> ContractScan:
    """Return the kept scan if nothing has changed, else scan.

    `anew`: scan in any case. `analyst`: has analyses of codes that were scanned elsewhere. Unprocessable without code.
    """
    target = checksum(address)
    recorder, kept = Recorder(reader), ScanCache(cache)
    code = recorder.code(target)
    if not code:
        reason = f"{target} has no code on {chain}: it is an account, or nothing was deployed there"
        raise Unprocessable.about("address", reason)
    code_hash = keccak_hex(code)
    known = None if anew else kept.find(chain, target, code_hash, recorder)
    if known is not None:
        return known
    made = _checksummed(scan(target, chain, recorder, code_hash=keccak_hex, analyst=analyst))
    kept.keep(made, code_hash, recorder)
    return made


def keccak_hex(code: bytes) -> str:
    """Return Keccak-256 as `0x` hex."""
    return f"0x{keccak256(code).hex()}"


def _checksummed(scan: ContractScan) -> ContractScan:
    """Return the scan with addresses as the API writes them."""
    hops, findings = tuple(map(_hop, scan.proxies)), tuple(map(_finding, scan.findings))
    return scan.model_copy(update={"proxies": hops, "findings": findings})


def _hop(hop: ProxyHop) -> ProxyHop:
    names = ("address", "implementation", "admin", "beacon")
    return hop.model_copy(update={name: _address(getattr(hop, name)) for name in names})


def _finding(finding: Finding) -> Finding:
    holder = " ".join(_address(word) or word for word in finding.holder.split()) if finding.holder else None
    return finding.model_copy(update={"holder": holder, "evidence": tuple(map(_evidence, finding.evidence))})


def _evidence(place: Evidence) -> Evidence:
    return place.model_copy(update={"address": _address(place.address)})


def _address(text: str | None) -> str | None:
    return checksum(text.lower()) if text is not None and len(text) == 42 and text.startswith("0x") else text
