"""The security service with real stores and a node: this process as handler and as worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.evm import CHAIN_ID, Evm
from tests.factories.contracts import Compiled, corpus


@pytest.fixture(scope="package")
def built() -> dict[str, Compiled]:
    return {one.name: one for one in corpus() if one.build == "optimized"}


@pytest.fixture
def variables(variables: dict[str, str], evm: Evm, tmp_path: Path) -> dict[str, str]:
    """With the node as the chain `local`."""
    chain = {"name": "local", "title": "Local", "chain_id": CHAIN_ID, "native": {"symbol": "ETH", "decimals": 18}}
    chains = tmp_path / "chains.json"
    chains.write_text(json.dumps({"active": ["local"], "chains": [{**chain, "rpc": [evm.url]}]}))
    return variables | {"CHAINS_FILE": str(chains)}
