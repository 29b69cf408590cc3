"""`python -m benchmarks.security.names`: findings beside a scanner by names, on the held cases.

Such scanners are common: a finding for each well-known name in the selector table, whoever may call it and whatever it
does. Both are held against the same labels. Most of those contracts bear names that say little, as hostile ones do; the
last column is the recall of the kinds that have names at all.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from premium.cases import answer
from premium.chains.addresses import keccak256
from premium.security.cases.contracts import kinds

_HELD = Path(__file__).resolve().parents[2] / "tests" / "factories" / "held"
_NAMES: dict[str, tuple[str, ...]] = {
    "mint": ("mint(address,uint256)", "mint(uint256)", "mintToken(address,uint256)", "issue(uint256)", "mint()"),
    "pause": ("pause()", "unpause()", "setPaused(bool)", "enableTrading()", "setTradingEnabled(bool)", "stop()"),
    "blacklist": (
        "blacklist(address)", "addBlacklist(address)", "addBlackList(address)", "setBlacklist(address,bool)",
        "freeze(address)", "freezeAccount(address,bool)", "setBot(address,bool)", "blockAccount(address)",
    ),
    "fee_setting": (
        "setFee(uint256)", "setFees(uint256,uint256)", "setTax(uint256)", "setTaxFeePercent(uint256)",
        "updateFees(uint256,uint256)", "setSellFee(uint256)", "setBuyFee(uint256)",
    ),
    "whitelist": ("whitelist(address)", "setWhitelist(address,bool)", "addWhitelist(address)"),
    "transfer_limit": (
        "setMaxTxAmount(uint256)", "setMaxTx(uint256)", "setMaxWallet(uint256)", "setMaxTxPercent(uint256)",
    ),
    "upgradeable": ("upgradeTo(address)", "upgradeToAndCall(address,bytes)", "setImplementation(address)"),
    "selfdestruct": ("kill()", "destroy()", "selfDestruct()", "close()"),
    "withdraw": ("withdraw()", "withdrawETH()", "withdraw(uint256)", "withdrawAll()"),
    "withdraw_tokens": ("withdrawTokens(address)", "rescueTokens(address,uint256)", "withdrawToken(address,uint256)"),
    "confiscate": (
        "burnFrom(address,uint256)", "seize(address,address,uint256)", "forceTransfer(address,address,uint256)",
    ),
}  # fmt: skip
_BY_SELECTOR = {f"0x{keccak256(name.encode())[:4].hex()}": id_ for id_, names in _NAMES.items() for name in names}


def main() -> None:
    """Print a row a reader."""
    cases = [each for name in ("contracts-solc", "contracts-vyper") for each in _cases(name)]
    answers = json.loads(answer(json.dumps(cases), kinds()))
    ours = [({one["id"] for one in each["findings"]}, _graver(each)) for each in answers]
    named = ({_BY_SELECTOR[one] for one in each["selectors"] if one in _BY_SELECTOR} for each in answers)
    names = [(each, each) for each in named]
    print(f"{len(cases)} contracts of the held batches")
    print(f"{'reader':16}{'right':>8}{'wrong':>8}{'missed':>8}{'precision':>11}{'recall':>9}{'of its names':>14}")
    _show("this one", cases, ours)
    _show("by names", cases, names)


def _cases(name: str) -> list[dict[str, Any]]:
    return list(json.loads(lzma.decompress((_HELD / f"{name}.json.xz").read_bytes())))


def _graver(told: Mapping[str, Any]) -> set[str]:
    """What does more than inform."""
    return {each["id"] for each in told["findings"] if each["severity"] != "info"}


def _show(name: str, cases: Iterable[Mapping[str, Any]], found: Iterable[tuple[set[str], set[str]]]) -> None:
    count: Counter[str] = Counter()
    for case, (given, counted) in zip(cases, found, strict=True):
        label = case["_label"]
        must, may = set(label["must"]), set(label["may"])
        known = must & _NAMES.keys()
        count.update(
            right=len(must & given), missed=len(must - given), named=len(known), of_named=len(known & given),
            wrong=len(counted - must - may),
        )  # fmt: skip
    right, wrong, missed = count["right"], count["wrong"], count["missed"]
    precision, recall = right / ((right + wrong) or 1), right / ((right + missed) or 1)
    of_names = count["of_named"] / (count["named"] or 1)
    print(f"{name:16}{right:>8}{wrong:>8}{missed:>8}{precision:>11.3f}{recall:>9.3f}{of_names:>14.3f}")


if __name__ == "__main__":
    main()
