"""Run the second part of the portfolio's show: `python -m local.show.apart STAGE`.

`make show NAME=portfolio` does so. STAGE is JSON: the address of the stage's EVM node, its market,
the wallet that holds something there.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from local.errors import LocalError
from local.market import Market
from local.places import ROOT
from local.progress import say, step
from local.show.apart.chains import Chains, chains
from local.show.apart.fleet import killed_twice
from local.show.apart.holdings import Holdings, compiled, invest
from local.show.apart.libraries import compared
from local.show.apart.stores import Stores, stores
from local.show.apart.walk import Apart, over, proven, walk

_STORES = ("DATABASE_SECRET_ARN", "WORKER_DATABASE_SECRET_ARN", "TIMESERIES_SECRET_ARN", "REDIS_SECRET_ARN")
"""What leads a process of the stage to the stage's own stores."""


@dataclass(frozen=True)
class Told:
    evm: str
    market: Market
    wallet: str


def main(told: Told) -> None:
    """Start what it needs, walk, and leave nothing."""
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory(prefix="premium-show-") as name, ExitStack() as stack:
        folder = Path(name)
        sources = stack.enter_context(ThreadPoolExecutor(1)).submit(compiled, folder)
        with step("Stores and four chains of the show's own") as note:
            own = stack.enter_context(stores(folder))
            four = stack.enter_context(chains(folder))
            note.text = "two EVM nodes, Solana's programs, a ledger of Bitcoin's"
        _walk(folder, told, own, four, invest(four, told.wallet, sources))


def _walk(folder: Path, told: Told, own: Stores, four: Chains, holdings: Holdings) -> None:
    file = folder / "chains.json"
    file.write_text(four.document(told.market, told.evm, [*holdings.protocols()], holdings.tokens()))
    given = {key: value for key, value in os.environ.items() if key not in _STORES} | {"PRICE_API_URL": four.prices_url}
    for name in _STORES:
        os.environ.pop(name, None)
    (user,) = own.add_users(1)
    with _secret() as arn:
        given["CREDENTIAL_SECRET_ARN"] = arn
        worker, function = own.worker(given, file), own.function(given, file)
        with over(worker, function):
            walk(Apart(user, worker, four, holdings, told.wallet))
    compared(ROOT)
    killed_twice(own, given, file, four.north)
    proven(ROOT)


@contextmanager
def _secret() -> Iterator[str]:
    """Give the ARN of a secret that encrypts the show's extended key, gone at the end."""
    import boto3  # noqa: PLC0415 - its import waits until the steps before are told

    client = boto3.client("secretsmanager")
    fields = json.dumps({"value": secrets.token_urlsafe(32)})
    made = client.create_secret(Name=f"show-{uuid4().hex}", SecretString=fields)["ARN"]
    try:
        yield str(made)
    finally:
        client.delete_secret(SecretId=made, ForceDeleteWithoutRecovery=True)


if __name__ == "__main__":
    _given = json.loads(sys.argv[1])
    try:
        main(Told(_given["evm"], Market.model_validate(_given["market"]), _given["wallet"]))
    except LocalError as error:
        say(str(error))
        sys.exit(1)
