"""The pages of proofs name tests that are there."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.unit
_NAMED = re.compile(r"([a-z0-9_/]+/test_[a-z0-9_]+\.py|test_[a-z0-9_]+\.py)::([A-Za-z0-9_]+)")


@pytest.mark.parametrize(
    "page",
    [
        "console-proofs.md",
        "deploy-proofs.md",
        "gas-proofs.md",
        "hardening-proofs.md",
        "portfolio-proofs.md",
        "security-proofs.md",
        "tax-proofs.md",
    ],
)
def test_what_a_page_of_proofs_names_is_there(page: str) -> None:
    named = _NAMED.findall((ROOT / "docs" / page).read_text())
    assert len(named) > 30
    missing = []
    for file, test in named:
        path = ROOT / "tests" / file
        if not path.exists() or f"def test_{test}(" not in path.read_text():
            missing.append(f"{file}::{test}")
    assert missing == []
