"""The labelled corpus: what each contract's author says of it against what its bytecode gives away.

Compiled here in three builds under meaningless names; published artifacts beside them. Precision and recall are
printed per finding (`-s`), and bounded over all.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from premium.security.detectors.analysis import profile_of, signals_of
from tests.factories.contracts import Compiled, artifact, corpus

pytestmark = pytest.mark.unit

_OZ, _V2, _V3 = "@openzeppelin/contracts/build/contracts", "@uniswap/v2-", "@uniswap/v3-"
_UPGRADEABLE = "@openzeppelin/contracts-upgradeable/build/contracts"
ARTIFACTS: dict[str, set[str]] = {
    f"{_OZ}/ERC20PresetFixedSupply.json": set(),
    f"{_OZ}/ERC777PresetFixedSupply.json": set(),
    f"{_OZ}/ERC20PresetMinterPauser.json": {"mint", "pause"},
    # Its initialiser marks the caller in eight sets, skipping those he stands in already: too many ways to follow.
    f"{_UPGRADEABLE}/ERC20PresetMinterPauserUpgradeable.json": {"mint", "pause", "code_opaque"},
    f"{_OZ}/ERC721PresetMinterPauserAutoId.json": {"mint", "pause"},
    f"{_OZ}/ERC1155PresetMinterPauser.json": {"mint", "pause"},
    f"{_OZ}/ERC1967Proxy.json": set(),
    f"{_OZ}/BeaconProxy.json": set(),
    f"{_OZ}/TransparentUpgradeableProxy.json": {"upgradeable"},
    f"{_OZ}/ProxyAdmin.json": set(),
    f"{_OZ}/TimelockController.json": {"privileged_call", "withdraw"},
    f"{_OZ}/MinimalForwarder.json": set(),
    f"{_OZ}/VestingWallet.json": set(),
    f"{_OZ}/PaymentSplitter.json": set(),
    f"{_V2}core/build/UniswapV2Pair.json": set(),
    f"{_V2}core/build/UniswapV2Factory.json": set(),
    f"{_V2}core/build/UniswapV2ERC20.json": set(),
    f"{_V2}periphery/build/UniswapV2Router02.json": set(),
    f"{_V2}periphery/build/WETH9.json": set(),
    # The factory's owner collects protocol fees.
    f"{_V3}core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json": {"withdraw_tokens"},
    f"{_V3}core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json": set(),
    f"{_V3}periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json": set(),
    f"{_V3}periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json": set(),
}
_INFORMING = {"owner_function", "incomplete", "proxy"}


def found(code: bytes) -> set[str]:
    return {one.id for one in signals_of(profile_of(code))} - _INFORMING


@cache
def judged() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Name and build -> findings expected and findings given."""
    own = {f"{one.name} ({one.build})": (one.expects, frozenset(found(one.runtime))) for one in corpus()}
    published = {path: (frozenset(wanted), frozenset(found(artifact(path)))) for path, wanted in ARTIFACTS.items()}
    return own | published


def test_precision_and_recall_hold_over_the_corpus() -> None:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for wanted, given in judged().values():
        right.update(wanted & given)
        wrong.update(given - wanted)
        missed.update(wanted - given)
    for id_ in sorted({*right, *wrong, *missed}):
        precision = right[id_] / ((right[id_] + wrong[id_]) or 1)
        recall = right[id_] / ((right[id_] + missed[id_]) or 1)
        print(f"{id_:24} precision {precision:5.3f}  recall {recall:5.3f}  ({right[id_]} found)")
    print(f"{len(judged())} contracts: {right.total()} found, {wrong.total()} wrong, {missed.total()} missed")
    assert right.total() / (right.total() + wrong.total()) >= 0.98
    assert right.total() / (right.total() + missed.total()) >= 0.95
    assert right.total() > 100


@pytest.mark.parametrize("path", ARTIFACTS, ids=lambda path: path.rsplit("/", 1)[-1])
def test_published_contracts_are_judged_as_known(path: str) -> None:
    wanted, given = judged()[path]
    assert given == wanted


def test_names_and_layout_do_not_matter() -> None:
    """The same contract built three ways gives the same findings: selectors, jumps and offsets all differ."""
    by_name: dict[str, set[frozenset[str]]] = {}
    for one in corpus():
        by_name.setdefault(one.name, set()).add(judged()[f"{one.name} ({one.build})"][1])
    assert {name: given for name, given in by_name.items() if len(given) > 1} == {}


def test_a_finding_names_function_slot_and_place(corpus_by_name: dict[str, Compiled]) -> None:
    hidden = corpus_by_name["HiddenMint"]
    (mint,) = [one for one in signals_of(profile_of(hidden.runtime)) if one.id == "mint"]
    assert mint.selector is not None
    assert mint.slot == "0x0[]"
    assert hidden.runtime[mint.offset or 0] == 0x55  # SSTORE
    assert [(who.kind, who.key) for who in mint.by] == [("slot", "0x3")]


@pytest.fixture
def corpus_by_name() -> dict[str, Compiled]:
    return {one.name: one for one in corpus() if one.build == "optimized"}
