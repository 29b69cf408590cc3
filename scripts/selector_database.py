"""Make the database of selectors from ABIs of pinned npm packages.

    .venv/bin/python scripts/selector_database.py [FOLDER]

Each package is fetched by `npm pack` into FOLDER (kept between runs; a temporary one otherwise), and every ABI in its
JSON files is read. Only facts are kept: signatures, and which package names them with its version and licence. A name
that is no ABI's, as those mined to collide with another, cannot come in; hashes are checked by a test.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from premium.abi.signatures import Signature, signature_of_fragment
from premium.abi.types import BadType

TARGET = Path(__file__).parent.parent / "premium" / "security" / "calldata" / "signatures.txt"
PACKAGES = (
    "@openzeppelin/contracts@3.4.2", "@openzeppelin/contracts@4.9.6", "@openzeppelin/contracts@5.4.0",
    "@openzeppelin/contracts-upgradeable@4.9.6", "@uniswap/v2-core@1.0.1", "@uniswap/v2-periphery@1.1.0-beta.0",
    "@uniswap/v3-core@1.0.1", "@uniswap/v3-periphery@1.4.4", "@uniswap/swap-router-contracts@1.3.1",
    "@uniswap/universal-router@1.6.0", "@uniswap/universal-router@2.0.0", "@uniswap/governance@1.0.2",
    "@account-abstraction/contracts@0.6.0", "@account-abstraction/contracts@0.7.0",
    "@account-abstraction/contracts@0.8.0", "@safe-global/safe-contracts@1.4.1",
    "@safe-global/safe-smart-account@1.5.0", "@safe-global/safe-4337@0.3.0", "@opensea/seaport-js@4.3.0",
    "@cowprotocol/contracts@1.8.0", "@0x/contract-artifacts@3.18.1", "@1inch/limit-order-sdk@5.4.3",
    "@chainlink/contracts@1.2.0", "@aave/protocol-v2@1.0.1", "@aave/core-v3@1.19.3", "@aave/periphery-v3@2.5.2",
    "@pendle/core-v2@6.11.0", "@arbitrum/nitro-contracts@1.2.1", "@eth-optimism/contracts@0.6.0",
    "@superfluid-finance/ethereum-contracts@1.15.2",
)  # fmt: skip
LARGEST = 30_000_000
_KINDS = ("function", "event", "error")


def main() -> None:
    """Fetch, read and write."""
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))


def write(folder: Path) -> None:
    """Write the database from packages kept in a folder."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    head = []
    for number, package in enumerate(PACKAGES):
        place = fetched(package, folder)
        name, _, version = package.rpartition("@")
        head.append(f"package {number} {name} {version} {licence(place)}")
        for kind, found in sorted({(kind, found.text) for kind, found in signatures(place)}):
            rows[kind, found].append(number)
    lines = [
        f"{kind} {Signature(text, ()).selector.hex()} {text} {' '.join(map(str, packages))}"
        for (kind, text), packages in sorted(rows.items(), key=lambda row: (_KINDS.index(row[0][0]), row[0][1]))
    ]
    TARGET.write_text("\n".join((*head, *lines)) + "\n")
    print(*(f"{sum(each[0] == kind for each in rows)} {kind}s" for kind in _KINDS), sep=", ")


def fetched(package: str, folder: Path) -> Path:
    """Return where a package lies, fetched if it is not there."""
    place = folder / package.replace("/", "_")
    if place.exists():
        return place
    command = ["npm", "pack", "--silent", package]
    packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        archive.extractall(place, filter="data")
    (folder / packed).unlink()
    return place


def licence(place: Path) -> str:
    """Return what the package's own description says."""
    found = next(iter(sorted(place.rglob("package.json"), key=lambda path: len(path.parts))))
    return str(json.loads(found.read_text()).get("license") or "unstated").replace(" ", "_")


def signatures(place: Path) -> Iterator[tuple[str, Signature]]:
    """Yield kind and signature of every entry of every ABI below a folder."""
    for path in sorted(place.rglob("*.json")):
        if path.stat().st_size > LARGEST:
            continue
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        for entry in abi_of(document):
            if isinstance(entry, dict) and entry.get("type") in _KINDS:
                try:
                    made = signature_of_fragment(entry)
                except BadType:  # enums and structs of libraries' ABIs
                    continue
                if made is not None:
                    yield entry["type"], made


def abi_of(document: Any) -> list[Any]:
    """Return the ABI of an artifact of any tool; empty without one."""
    if isinstance(document, list):
        return document
    found = (
        document.get("abi") or (document.get("compilerOutput") or {}).get("abi") if isinstance(document, dict) else 0
    )
    return found if isinstance(found, list) else []


if __name__ == "__main__":
    main()
