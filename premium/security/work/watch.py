"""The jobs that learn what users hold, and look at it again each hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from premium.accounts.service import tiers_of
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.clock import rfc3339
from premium.errors import AppError, UpstreamUnavailable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.notifications.model import Notice
from premium.notifications.service import enqueue_deliveries, notify
from premium.observability import logger
from premium.portfolio.service import HeldTokens
from premium.security.jobs import HELD, WATCH
from premium.security.judgement.subjects.changes import changes, facts_of, kept
from premium.security.onchain.moves import moving
from premium.security.onchain.node import NodeReader
from premium.security.places import readable_chain
from premium.security.store.watches import Watched, WatchStore
from premium.security.work.judge import Judged, judge
from premium.security.work.scores import keep_score
from premium.tiers import Tier

CHANGED = "security.changed"
_EVERY = timedelta(minutes=55)
_MOST = 500
"""Contracts of one run; what is left is the first of the next."""
_MOST_TRADED = 40
"""Of these, how many tokens are traded: a measurement takes seconds."""
_TAXES = frozenset({"fee_setting", "transfer_fee", "sell_gate", "whitelist", "transfer_limit", "cooldown"})
"""Findings of code that can make a trade dearer, or end it."""
_SECONDS = 20.0
_ZERO = "0x" + "0" * 40
_WHO, _AT_ONCE = (Tier.PRO, Tier.ENTERPRISE), 500
"""Whose holdings are watched, and of how many users the tier is asked at once."""


@job(WATCH)
def watch(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Look at the contracts that nobody has looked at for an hour.

    And tell whoever is concerned.
    """
    platform = context.platform
    store, now = WatchStore(platform.worker_database), platform.clock.now()
    due = store.due(now - _EVERY, _MOST)
    told = traded = 0
    for number, (chain, target) in enumerate(due, start=1):
        try:
            made = _judged(platform, chain, target, trade=traded < _MOST_TRADED)
            traded += made.told.get("trade") is not None
            told += tell(platform, chain, target, made)
        except UpstreamUnavailable as error:
            logger.warning("a watch waits for its node", chain=chain, target=target, error=error.message)
        except AppError as error:
            logger.info("a watched contract is not read", chain=chain, target=target, error=error.message)
        context.progress(number / len(due))
    return {"looked": len(due), "traded": traded, "notices": told}


@job(HELD)
def held(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Watch the tokens that users hold now, and no longer those that they held."""
    platform = context.platform
    store, tokens, new = WatchStore(platform.worker_database), HeldTokens.of(platform), 0
    active = {chain.name for chain in platform.chains.active if chain.kind == "evm"}
    every = tokens.users()
    parts = (every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE))
    users = [user for some in parts for user, tier in tiers_of(platform, some).items() if tier in _WHO]
    for user in users:
        held_now: dict[str, list[str]] = defaultdict(list)
        for chain, address in tokens.of_user(user):
            if chain in active and len(address) == len(_ZERO) and address != _ZERO:
                held_now[chain].append(checksum(address))
        new += store.holds(user, held_now)
    return {"users": len(users), "new": new, "forgotten": store.holds_nothing_but(users)}


def look(platform: Platform, chain: str, target: str) -> int:
    """Look at one contract; return how many users were told of a change."""
    return tell(platform, chain, target, _judged(platform, chain, target, trade=True))


def _judged(platform: Platform, chain: str, target: str, *, trade: bool) -> Judged:
    """The contract as it stands; a token whose code can tax is traded, too."""
    made = judge(platform, chain, target, contract=True)
    is_token = made.scan is not None and "ERC-20" in made.scan.standards
    may_tax = bool(_TAXES & {each["id"] for each in made.told["findings"]})
    if not (trade and is_token and may_tax and platform.chains[chain].dex is not None):
        return made
    return judge(platform, chain, target, contract=True, trade=True)


def tell(platform: Platform, chain: str, target: str, made: Judged) -> int:
    """Keep what a look found and tell who watches of changes.

    In one transaction; return how many were told.
    """
    if made.scan is None:
        return 0
    keep_score(platform, chain, target, made)
    facts = facts_of(made.scan, made.told, paused=made.paused)
    store, now = WatchStore(platform.worker_database), platform.clock.now()
    moves = _moves(platform, chain, target, store.watchers(chain, target)) if "ERC-20" in made.scan.standards else {}

    def own(each: Watched) -> dict[str, Any]:
        return kept(each.facts, facts, moves.get(each.user_id, {}))

    def said(each: Watched) -> list[str]:
        return changes(each.facts, {**facts, "moves": moves.get(each.user_id, {})})

    with platform.worker_database.transaction() as connection:
        seen = store.looked(connection, chain, target, now, own)
        notices = [
            Notice(
                user=each.user_id,
                kind=CHANGED,
                key=f"{chain}:{target}:{rfc3339(now)}",
                title="A contract of yours changed",
                text=f"{target} on {chain}: {' '.join(sentences)}"[:2000],
                data={"chain": chain, "target": target, "changes": sentences},
            )
            for each in seen
            if (sentences := said(each))
        ]
        posted = notify(connection, notices) if notices else []
    if posted:
        enqueue_deliveries(platform.redis(1), posted)
    for each in notices:
        platform.publish(each.user, "security", {"type": "changed", "data": each.data})
    return len(posted)


def _moves(platform: Platform, chain: str, token: str, users: list[UUID]) -> dict[UUID, dict[str, bool]]:
    """Of each user whether his wallets can move what they hold; nothing where nobody has a wallet."""
    wallets = {user: found for user in users if (found := HeldTokens.of(platform).wallets(user))}
    if not wallets:
        return {}
    name = readable_chain(platform.chains, chain).name
    with NodeReader(lambda client: platform.market(client).rpc(name, deadline=_SECONDS)) as reader:
        return {user: moving(reader, token, own) for user, own in wallets.items()}
