"""Run the gas show's own chains: `python -m local.show.fees`.

`make show NAME=gas` does so, in surroundings that lead to the stage's AWS emulator.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.errors import LocalError
from local.progress import say, step
from local.show.apart.stores import stores
from local.show.fees.chains import Chains, chains
from local.show.fees.walk import Shown, walk
from premium.bootstrap import Platform
from premium.execution.residence import Residence
from premium.gas.work.resident import serve

SEED, BLOCKS = 5, 1_050
_STORES = ("DATABASE_SECRET_ARN", "WORKER_DATABASE_SECRET_ARN", "TIMESERIES_SECRET_ARN", "REDIS_SECRET_ARN")
"""What leads a process of the stage to the stage's own stores."""


def main() -> None:
    """Start what it needs, walk, and leave nothing."""
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory(prefix="premium-show-") as name, ExitStack() as stack:
        folder = Path(name)
        with step("Stores and three chains of the show's own") as note:
            own = stack.enter_context(stores(folder))
            three = stack.enter_context(chains(folder, SEED, BLOCKS))
            note.text = "three EVM nodes; one of them with the predeploys of the OP stack"
        file = folder / "chains.json"
        file.write_text(three.document())
        given = {key: value for key, value in os.environ.items() if key not in _STORES}
        for variable in _STORES:
            os.environ.pop(variable, None)
        url = own.environment("premium_worker")["DATABASE_URL"]
        worker = own.worker(given, file, GAS_CHAINS="market,rollup,other", WORKER_DATABASE_URL=url)
        function = own.function(given, file)
        try:
            with following(worker):
                _walk(worker, function, three)
        finally:
            worker.close()
            function.close()


@contextmanager
def following(worker: Platform) -> Iterator[None]:
    """Run the follower as its resident does."""
    residence = Residence(worker, owner="show")
    thread = threading.Thread(target=lambda: asyncio.run(serve(residence)))
    thread.start()
    try:
        yield
    finally:
        residence.stop.ask()
        thread.join()


def _walk(worker: Platform, function: Platform, three: Chains) -> None:
    walk(Shown(worker, function, three), BLOCKS)


if __name__ == "__main__":
    try:
        main()
    except LocalError as error:
        say(str(error))
        sys.exit(1)
