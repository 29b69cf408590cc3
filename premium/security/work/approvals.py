"""The body of the job that reads what a wallet lets others take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.clock import rfc3339
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.security.approvals import KEPT_SECONDS, cache_key
from premium.security.jobs import APPROVALS, ApprovalsPayload
from premium.security.judgement.subjects.approvals import Standing, listed
from premium.security.labelled import Labels
from premium.security.onchain.allowances import PERMIT2, Found, Open, allowances_of, calldata
from premium.security.onchain.learned import learn
from premium.security.onchain.surroundings import knowledge, labelled
from premium.security.places import readable_chain
from premium.security.store.watches import WatchStore
from premium.storage.cache import Cache

_SECONDS = 20.0
_MOST_WATCHED = 200


@job(APPROVALS)
def approvals(context: JobContext, payload: ApprovalsPayload) -> Mapping[str, Any]:
    """Read a wallet's open allowances, keep them for an hour, and watch their spenders."""
    platform, wallet = context.platform, payload.address.lower()
    told, contracts = _read(platform, payload.chain, wallet)
    Cache(platform.redis(3), "security").set(cache_key(payload.chain, wallet), told, ttl_seconds=KEPT_SECONDS)
    watches = WatchStore(platform.worker_database)
    watches.add(context.user_id, payload.chain, contracts[:_MOST_WATCHED], "approved")
    return {"chain": payload.chain, "wallet": payload.address, "approvals": len(told["approvals"])}


def _read(platform: Platform, chain_name: str, wallet: str) -> tuple[dict[str, Any], list[str]]:
    chain, labels = readable_chain(platform.chains, chain_name), Labels.of(platform, by_operator=True)
    found = allowances_of(lambda client: platform.market(client).rpc(chain.name, deadline=_SECONDS), wallet)
    spenders = list(dict.fromkeys(each.spender for each in found.allowances))
    tokens = list(dict.fromkeys(each.token for each in found.allowances))
    learned = learn(
        lambda client: platform.market(client).rpc(chain.name, deadline=_SECONDS), spenders, tokens, None, _SECONDS
    )
    said = labelled(labels, spenders, chain.chain_id)
    known = knowledge(learned, said, chain.chain_id, now=found.time)
    told = {
        "approvals": listed(map(_standing, found.allowances), known),
        "unknowns": [*found.unknowns, *learned.missing, *said.unknowns],
        "block": found.block,
        "at": rfc3339(platform.clock.now()),
    }
    return told, _contracts(found, known.has_code)


def _contracts(found: Found, has_code: Callable[[str], bool]) -> list[str]:
    """The contracts to watch: spenders with code, then tokens."""
    spenders = [each.spender for each in found.allowances if has_code(each.spender)]
    return [checksum(each) for each in dict.fromkeys((*spenders, *(each.token for each in found.allowances)))]


def _standing(one: Open) -> Standing:
    if one.via == "permit2":
        to, data = PERMIT2, calldata("approve(address,address,uint160,uint48)", (one.token, one.spender, 0, 0))
    elif one.via == "operator":
        to, data = one.token, calldata("setApprovalForAll(address,bool)", (one.spender, False))
    else:
        to, data = one.token, calldata("approve(address,uint256)", (one.spender, 0))
    shared = (one.token, one.spender, one.via, one.amount, one.balance, one.block, one.until)
    return Standing(*shared, to, f"0x{data.hex()}")
