"""Judge an address of a chain as it stands: code, labels, withdrawn findings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from premium.bootstrap import Platform
from premium.chains.addresses import checksum, created, keccak256
from premium.chains.model import Chain
from premium.observability import count
from premium.security.contract.state import view_word
from premium.security.judgement.answer import answer, without
from premium.security.judgement.scene import Scene
from premium.security.judgement.subjects.addresses import Opinion, about_address, about_deployed, told_of
from premium.security.judgement.subjects.contracts import clones, code_findings, copies, impersonations
from premium.security.judgement.traded import traded, untold
from premium.security.knowledge.known import Knowledge
from premium.security.labelled import Labels
from premium.security.model import ENGINE, ContractScan, NewScan, ScanType
from premium.security.onchain.current import current_scan
from premium.security.onchain.learned import Learned
from premium.security.onchain.node import NodeReader
from premium.security.onchain.recorder import Recorder
from premium.security.onchain.surroundings import Labelled, knowledge, labelled
from premium.security.onchain.traded import measured
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.trades import shown_trade
from premium.security.service import readable_chain
from premium.security.sources import GivenSource
from premium.security.store.analyses import Analyses
from premium.security.store.disputes import DisputeStore
from premium.security.work.sourced import Sourced, sourced
from premium.simulation.model import NotSimulated
from premium.simulation.trade.measure import Measured
from premium.storage.cache import Cache

_SECONDS = 20.0
_PAUSED = 0x5C975ABB
_MOST_NONCES, _MOST_DEPLOYED = 64, 8
"""How many of an account's first transactions are looked at for contracts, and how many of those are scanned."""
_SHOWN = frozenset({"verdict", "severity", "risk_score", "findings"})


@dataclass(frozen=True)
class Judged:
    """An answer about an address, and the scan of its code."""

    told: Mapping[str, Any]
    scan: ContractScan | None
    block: int
    reads_digest: bytes
    """SHA-256 of all that was read of the chain."""
    paused: bool | None = None
    """Whether it says that it is paused; None where it has no such view."""

    @property
    def code_hash(self) -> bytes | None:
        """The hash of the address's own code."""
        return bytes.fromhex(self.scan.code_hash[2:66]) if self.scan is not None else None

    def as_scan(self, kind: ScanType, chain: str, address: str) -> NewScan:
        """Return it as a scan to be kept."""
        return NewScan(
            scan_type=kind, chain=chain, target=address, code_hash=self.code_hash, verdict=self.told["verdict"],
            risk_score=self.told["risk_score"], findings=self.told["findings"],
            details={key: value for key, value in self.told.items() if key not in _SHOWN},
        )  # fmt: skip


def judge(
    platform: Platform, chain_name: str, address: str, *, contract: bool = False, trade: bool = False,
    source: GivenSource | None = None, anew: bool = False,
) -> Judged:  # fmt: skip
    """Judge an address at the newest block; UpstreamUnavailable where no node answers.

    `contract`: Unprocessable for one without code. `trade`: a token is traded in a simulation, too.
    `source`: what is said to be its source is compiled, judged, and held against the code.
    `anew`: nothing that is kept of its code counts.
    """
    chain = readable_chain(platform.chains, chain_name)
    labels, analyses = Labels.of(platform, by_operator=True), Analyses(platform.worker_database, anew=anew)
    with NodeReader(lambda client: platform.market(client).rpc(chain.name, deadline=_SECONDS)) as reader:
        recorder = Recorder(reader)
        code = recorder.code(address)
        is_contract = bool(code) and not code.startswith(b"\xef\x01\x00")
        made = (
            current_scan(
                chain.name, address, recorder, Cache(platform.redis(3), "security"), anew=anew, analyst=analyses.of
            )
            if (is_contract or contract)
            else None
        )
        delegate = f"0x{code[3:23].hex()}" if code.startswith(b"\xef\x01\x00") and len(code) == 23 else None
        codes = {address.lower(): code or 0} | ({delegate: reader.code(delegate) or 0} if delegate else {})
        said_so = view_word(recorder, address, _PAUSED) if made is not None else None
        paused = None if said_so is None or said_so > 1 else said_so == 1
        facts = {"block": reader.block_number, "block_hash": reader.block_hash}
        more = {} if made is not None else {"nonce": reader.nonce(address), "balance": str(reader.balance(address))}
        cache = Cache(platform.redis(3), "security")
        deployed: list[ContractScan] = []
        if made is None:
            nonce = int(str(more["nonce"]))
            deployed = _deployed(address, nonce, chain.name, reader, cache=cache, analyses=analyses)
        running = [reader.code(each) for each in _running(address, made)] if source is not None else []
    sale = _sale(platform, chain, address, made) if trade and made is not None else None
    asked_about = dict.fromkeys((*codes, *map(str.lower, _running(address, made))))
    said = labelled(labels, asked_about, chain.chain_id, hashes=_hashes(made, code))
    now = platform.clock.now()
    learned = Learned(block=reader.block_number, code=codes)
    known = knowledge(learned, said, chain.chain_id, now=int(now.timestamp()))
    read = sourced(source, running) if source is not None else None
    listed = labels.copies(_codes(made), chain.chain_id, but=address.lower()) if made is not None else {}
    told = _told(address, known, said, made, chain.chain_id, deployed=deployed, sale=sale, read=read, copied=listed)
    if trade:
        told["trade"] = shown_trade(sale) if isinstance(sale, Measured) else None
    if read is not None:
        told["source"] = read.document
    told |= {"as_of": {**facts, "engine": ENGINE, "catalogue": len(CATALOGUE), "labels": dict(labels.version())}}
    told |= {"labels": _labels(said, address), **more, **(_document(made) if made is not None else {})}
    withdrawn = DisputeStore(platform.worker_database).withdrawn(chain.name, address, now)
    return Judged(without(told, withdrawn), made, reader.block_number, _digest(recorder), paused)


def _running(address: str, made: ContractScan | None) -> list[str]:
    """The contract, and what its proxies hand calls to."""
    behind = [hop.implementation for hop in made.proxies if hop.implementation is not None] if made is not None else []
    return list(dict.fromkeys((address, *behind)))


def _deployed(
    address: str, nonce: int, chain: str, reader: NodeReader, *, cache: Cache, analyses: Analyses
) -> list[ContractScan]:
    """Scan what an account has put on the chain with its first transactions, as far as it still has code."""
    places = [checksum(created(address, number)) for number in range(min(nonce, _MOST_NONCES))]
    standing = [place for place, code in zip(places, reader.codes(places), strict=True) if code]
    return [current_scan(chain, place, reader, cache, analyst=analyses.of) for place in standing[:_MOST_DEPLOYED]]


def _sale(platform: Platform, chain: Chain, address: str, made: ContractScan) -> Measured | NotSimulated:
    """Trade a token in its pair; why not, where that cannot be."""
    if "ERC-20" not in made.standards:
        return NotSimulated("it is no token of ERC-20")
    try:
        return measured(lambda client: platform.market(client).rpc(chain.name, deadline=_SECONDS), chain, address)
    except NotSimulated as error:
        count("SimulationsFailed")
        return error


def _untold(sale: Measured | NotSimulated | None) -> list[str]:
    if isinstance(sale, NotSimulated):
        return [f"The token was not traded: {sale}."]
    return untold(sale) if sale is not None else []


def _digest(recorder: Recorder) -> bytes:
    text = json.dumps(sorted((kind, asked, answer) for (kind, asked), answer in recorder.reads.items()))
    return hashlib.sha256(text.encode()).digest()


def _hashes(made: ContractScan | None, code: bytes) -> frozenset[bytes]:
    if made is None:
        return frozenset({keccak256(code)}) if code else frozenset()
    # What runs is the last; a proxy's own code says nothing of what it does.
    return frozenset({bytes.fromhex(made.code_hash.split("+")[-1].removeprefix("0x"))})


def _codes(made: ContractScan) -> list[bytes]:
    """Hashes of what runs, as it is and without the compiler's metadata."""
    return [bytes.fromhex(each.removeprefix("0x")) for each in (made.code_hash.split("+")[-1], *made.plain_hashes)]


def _told(
    address: str, known: Knowledge, said: Labelled, made: ContractScan | None, chain_id: int,
    *, deployed: Sequence[ContractScan] = (), sale: Measured | NotSimulated | None = None, read: Sourced | None = None,
    copied: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:  # fmt: skip
    target, scene = address.lower(), Scene(known)
    opinions = [Opinion(one.label.kind, one.source) for one in said.opinions.get(target, ())]
    listed = list(about_address(target, scene, chain=chain_id, opinions=opinions))
    listed += about_deployed(target, deployed, known)
    if made is not None:
        of_code = code_findings(made, known)
        listed += [*(read.beside(of_code) if read is not None else of_code)]
        listed += [*impersonations(made, known), *(list(clones(made, known)) or copies(made, copied))]
        if not made.complete:
            scene.unknown("Part of the code could not be read.")
    if isinstance(sale, Measured):
        listed += traded(sale, target, own_pool=False)
    for each in (*said.unknowns, *_untold(sale), *(read.unknowns if read is not None else ())):
        scene.unknown(each)
    kinds = [
        *([said.listed[target]] if target in said.listed else []),
        *([known.contracts[target]] if target in known.contracts else []),
    ]
    return answer(listed, scene.unknowns, told_of(kinds, has_code=made is not None, delegate=known.delegate(target)))


def _labels(said: Labelled, address: str) -> list[dict[str, Any]]:
    target = address.lower()
    harm = [{"kind": said.listed[target]}] if target in said.listed else []
    return [*harm, *([{"kind": "known", "name": said.contracts[target]}] if target in said.contracts else [])]


def _document(made: ContractScan) -> dict[str, Any]:
    document = made.json_document()
    return {
        key: value
        for key, value in document.items()
        if key not in {"findings", "risk_score", "complete", "plain_hashes"}
    }
