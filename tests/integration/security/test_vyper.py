"""Vyper's contracts as its compilers make them: selector tables are followed, and powers are found behind them."""

from __future__ import annotations

import pytest

from premium.chains.addresses import keccak256
from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.detectors.coverage import is_complete
from premium.security.evm.explorer import explore
from tests.factories.contracts import Compiled
from tests.factories.contracts.vyper import COMPILERS, MODES, compiled, vyper_corpus

pytestmark = pytest.mark.integration

_INFORMING = {"owner_function", "incomplete", "proxy"}


def selectors(one: Compiled) -> set[int]:
    return {
        int.from_bytes(keccak256(f"{it['name']}({','.join(arg['type'] for arg in it['inputs'])})".encode())[:4])
        for it in one.abi
        if it["type"] == "function"
    }


def test_every_build_gives_its_functions_and_its_powers() -> None:
    builds = vyper_corpus()
    assert len(builds) % (len(COMPILERS) * len(MODES)) == 0
    for one in builds:
        profile = profile_of(one.runtime)
        found = {signal.id for signal in signals_of(profile)} - _INFORMING
        assert (one.build, set(profile.found.entries)) == (one.build, selectors(one))
        assert (one.build, found) == (one.build, one.expects)
        assert is_complete(profile)


@pytest.mark.parametrize(("compiler", "mode"), [("vyper", "gas"), ("vyper", "codesize"), ("vyper-former", "codesize")])
def test_forty_functions_fill_several_buckets(compiler: str, mode: str) -> None:
    lines = [f"held{n}: public(HashMap[address, uint256])" for n in range(20)]
    lines += [f"@external\ndef put{n}(amount: uint256):\n    self.held{n}[msg.sender] = amount" for n in range(20)]
    one = compiled("\n".join(lines) + "\n", compiler, mode)
    found = explore(one.runtime)
    assert set(found.entries) == selectors(one)
    assert len(found.entries) == 40
    assert not found.unresolved
