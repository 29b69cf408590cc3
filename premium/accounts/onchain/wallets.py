"""Ask a chain's node whether a contract takes a signature for its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from premium.chains.endpoint import RpcError
from premium.chains.model import Chain
from premium.chains.nodes import ListedNodes, SecretNodes, Secrets
from premium.chains.rpc import Rpc
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from premium.siwe.contracts import Verdict, answer, question

if TYPE_CHECKING:
    from httpx import AsyncClient

PATIENCE_SECONDS = 3.0
_REVERTED = 3


class ContractWallets:
    """Wallets that are contracts, by their chains' nodes.

    `nodes` names the secrets of chains whose nodes' addresses carry keys.
    """

    def __init__(
        self,
        nodes: Mapping[str, Sequence[str]],
        secrets: Secrets,
        *,
        client: Callable[[], AbstractAsyncContextManager[AsyncClient]] = open_client,
    ) -> None:
        self._nodes, self._secrets, self._client = nodes, secrets, client

    def judge(self, chain: Chain, wallet: str, digest: bytes, signature: bytes) -> Verdict:
        """Return what a wallet says of a signature.

        UpstreamUnavailable where no node answers within three seconds: that is no refusal.
        """
        try:
            return asyncio.run(self._ask(chain, question(wallet, digest, signature)))
        except TimeoutError:
            raise UpstreamUnavailable(f"No node of {chain.name} answers in time; try again in a moment") from None

    async def _ask(self, chain: Chain, data: str) -> Verdict:
        names = self._nodes.get(chain.name)
        where = SecretNodes(chain.name, names, self._secrets) if names else ListedNodes(chain.endpoints)
        async with asyncio.timeout(PATIENCE_SECONDS), self._client() as client:
            rpc = Rpc(chain, client, nodes=where, deadline=PATIENCE_SECONDS)
            try:
                said = answer(await rpc.one("eth_call", {"data": data}, "latest"))
            except RpcError as error:
                if error.code == _REVERTED or "revert" in error.message.lower():
                    return "no"
                raise UpstreamUnavailable(f"The node of {chain.name} could not run the wallet's check") from error
        if said is None:
            raise UpstreamUnavailable(f"The node of {chain.name} does not answer as nodes do")
        return said
