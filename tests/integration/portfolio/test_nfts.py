"""NFTs of OpenZeppelin's contracts: found by logs, listed by their contracts' word, in no total."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from premium.errors import InvalidInput
from premium.portfolio.model import Statement
from premium.portfolio.shown import Narrow, Shown
from premium.portfolio.views import collectibles as listing
from tests.factories.contracts import artifact_creation
from tests.factories.contracts.deployment import calldata, deploy, send
from tests.integration.portfolio.world import FRIEND, ME, World

pytestmark = pytest.mark.integration
_PRESETS = "@openzeppelin/contracts/build/contracts/{}.json"
ONE = "ERC721PresetMinterPauserAutoId"
MANY = "ERC1155PresetMinterPauser"
Kept = tuple[str, int, int]


@pytest.fixture
def contracts(world: World) -> tuple[str, str]:
    """A contract of each kind: numbers 0 to 2 and 5 of 7, 6 of 8, 1 of 9 are minted for the user's wallet."""
    single = deploy(world.evm, artifact_creation(_PRESETS.format(ONE)), ("string",) * 3, ("Apes", "APE", "ipfs://x/"))
    multi = deploy(world.evm, artifact_creation(_PRESETS.format(MANY)), ("string",), ("ipfs://y/",))
    for _ in range(3):
        send(world.evm, single, calldata("mint(address)", ME))
    send(world.evm, multi, calldata("mint(address,uint256,uint256,bytes)", ME, 7, 5, b""))
    send(world.evm, multi, calldata("mintBatch(address,uint256[],uint256[],bytes)", ME, [8, 9], [6, 1], b""))
    return single.lower(), multi.lower()


def looked(world: World) -> Shown:
    portfolios = world.portfolios
    return Shown(platform=world.function, portfolios=portfolios, stores=portfolios.stores)


def shown(world: World, narrow: Narrow = Narrow(), **more: Any) -> list[Kept]:  # noqa: B008 - a tuple of constants
    rows = looked(world).nfts(world.user, more.get("limit", 100), more.get("after"), narrow)
    return [(row["contract"], int(row["number"]), int(row["units"])) for row in rows]


def test_nfts_are_listed_by_their_contracts_word_and_are_worth_nothing(
    world: World, contracts: tuple[str, str]
) -> None:
    single, multi = contracts
    world.fund(ME, 10**18)
    world.refresh()
    wanted = sorted([(single, 0, 1), (single, 1, 1), (single, 2, 1), (multi, 7, 5), (multi, 8, 6), (multi, 9, 1)])
    assert shown(world) == wanted
    row = looked(world).nfts(world.user, 100, None, Narrow())[wanted.index((single, 0, 1))]
    assert (row["standard"], row["name"], row["stale"]) == ("erc721", "Apes", False)
    before = world.portfolios.current(world.user, world.function.chains).answer["total_value_usd"]
    world.evm.call("anvil_impersonateAccount", ME)
    send(world.evm, single, calldata("transferFrom(address,address,uint256)", ME, FRIEND, 1), sender=ME)
    transfer = "safeTransferFrom(address,address,uint256,uint256,bytes)"
    send(world.evm, multi, calldata(transfer, ME, FRIEND, 7, 2, b""), sender=ME)
    send(world.evm, multi, calldata(transfer, ME, FRIEND, 9, 1, b""), sender=ME)
    world.fund(ME, 10**18)
    world.refresh()
    assert shown(world) == sorted([(single, 0, 1), (single, 2, 1), (multi, 7, 3), (multi, 8, 6)])
    assert world.portfolios.current(world.user, world.function.chains).answer["total_value_usd"] == before


def test_a_contract_that_says_no_more_is_not_believed_for_its_logs(world: World, contracts: tuple[str, str]) -> None:
    """Its logs stay on the chain; what answers under its address now knows no owner."""
    single, multi = contracts
    world.evm.call("anvil_setCode", single, "0x60006000fd")
    world.refresh()
    assert shown(world) == [(multi, 7, 5), (multi, 8, 6), (multi, 9, 1)]


def test_a_chain_that_failed_keeps_its_nfts_stale_and_pages_go_on(world: World, contracts: tuple[str, str]) -> None:
    world.refresh()
    everything = shown(world)
    rows = looked(world).nfts(world.user, 2, None, Narrow())
    assert shown(world, after=listing.place_of(rows[-1])) == everything[2:]
    assert shown(world, Narrow(ME, "local")) == everything
    with pytest.raises(InvalidInput):
        shown(world, Narrow(FRIEND))
    answer = world.portfolios.current(world.user, world.function.chains).answer
    kept, findings = listing.listed({"local": "no node answers"}, answer, {ME})
    assert [row["stale"] for row in kept] == [True] * 6
    assert listing.listed({}, answer, {FRIEND}) == ([], [])
    assert findings == []


def test_more_than_are_listed_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"wallet": ME, "chain": "base", "contract": "0x1", "number": "1", "stale": False}
    monkeypatch.setattr(listing, "MOST_OF_A_USER", 2)
    answer = {"nfts": [row | {"number": str(number)} for number in (10, 9, 100)]}
    rows, findings = listing.listed({}, Statement.model_construct(job_id=uuid.uuid4(), answer=answer).answer, {ME})
    assert [each["number"] for each in rows] == ["9", "10"]
    assert [each["text"] for each in findings] == ["1 more NFTs are not listed: 2 are"]
