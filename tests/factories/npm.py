"""Files of npm packages that only some tests need: fetched once, held to their hash, kept outside of the tree."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

PACKAGES = {
    "@uniswap/default-token-list": (
        "22.21.0",
        "sha512-X6OAvgmVR8lqd8Reyjm8pAozrWZXdfjlgevDSFofKafZD5SFXCMBnLPXImMcMdh0I15hre/1EO0xXL6h37KWYQ==",
    ),
    "@aave/core-v3": (
        "1.19.3",
        "sha512-Xr7+VcoU5b4mPwM4IUCnskw3lciwrnL4Xloyad8GOddYeixnri2lZYobNmErm1LwE50vqjI0O+9QGNKY2TDkeQ==",
    ),
    "@venusprotocol/venus-protocol": (
        "10.3.0",
        "sha512-qGvjvUgYhK5REF/Cj4Lg4FNBMrEscnSSxr4sHL4WDlb2woPucvqLfGkw/f3XKFanf+lWD1G4K0Gzpdc430+BeQ==",
    ),
    "@balancer-labs/v2-deployments": (
        "3.2.0",
        "sha512-pghD7qyTVp1832d7F7yHgAeh/EZvS2/GLvUx9ieM671NMh1KTprYZOBCpEVVC9JnE1Vpru5rc9DDNlFw3capVw==",
    ),
    "@aave/protocol-v2": (
        "1.0.1",
        "sha512-MU3WiigW89DWDpCtvaw4rafih7RbADB45uUM/zqfnOD4g9JNUVfeT6MrjV4/DP/JPA2Iv5ySKSx+a1OfUES0Pg==",
    ),
    "@uniswap/v4-periphery": (
        "1.0.3",
        "sha512-JxLL0Djv9XcMvI2PatEnWrCrxuEaYNVhHxstndBOP+aJfh1XLg5ec8SDZ0xyoVfg2ElJTvuKpBgnu90bNValsg==",
    ),
    "@uniswap/liquidity-staker": (
        "1.0.2",
        "sha512-Rdj+QqapWO3sY1SJdLUQ8dhf26yXg9DC3XU3cpNoh5jrJ0UhAnKqciZss1F6oxBLbNWXzekuigLgSVbVb1BFcw==",
    ),
    "@ensdomains/ens": (
        "0.6.2",
        "sha512-F3ALgp60HZq3rKqNig7H/rAlBB0zuz4C9q2weCoiPjSW91uvjetXhCGBU2YJCD1tyuKnO/KqTDzUN5Dc8HLlaQ==",
    ),
    "@ensdomains/resolver": (
        "0.3.1",
        "sha512-cXY7nomODddJ59pvkwkxp7StgKcv8Xb0OhQE/pCe80448T8tELPGEghf2thtjz4+4f+c7mt8XJQ04Y0Guc0lnA==",
    ),
    "@eth-optimism/contracts-bedrock": (
        "0.17.3",
        "sha512-cHPO7ntWeOBDLO7ZFFSZGI1D7CDqf4loRbRVJrFIsqLEz+hysWIqA0e3dv2GnrjVeuYePBfI2NTBEG4uwz9bQQ==",
    ),
}
_KEPT = Path(os.environ.get("PREMIUM_TEST_PACKAGES", Path.home() / ".cache" / "premium-tests" / "npm"))


def artifacts(package: str, *paths: str) -> dict[str, dict[str, Any]]:
    """Compiler's artifacts by the name of their contract; the test is skipped where npm cannot be reached."""
    version, integrity = PACKAGES[package]
    folder = _KEPT / f"{package.replace('/', '+')}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        missing = [path for path in paths if not (folder / _flat(path)).exists()]
        if missing:
            _unpack(_tarball(folder, f"{package}@{version}", integrity), folder, missing)
    return {Path(path).stem: json.loads((folder / _flat(path)).read_text()) for path in paths}


def _flat(path: str) -> str:
    return path.replace("/", "+")


def _tarball(folder: Path, name: str, integrity: str) -> Path:
    archive = folder / "package.tgz"
    if not archive.exists():
        made = subprocess.run(
            ["npm", "pack", "--silent", "--ignore-scripts", name],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"npm does not give {name}, whose bytecode this test runs")
        (folder / made.stdout.split()[-1]).rename(archive)
    algorithm, _, expected = integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    assert found == expected, f"{name} is not what it was: {archive}"
    return archive


def _unpack(archive: Path, folder: Path, paths: list[str]) -> None:
    wanted = {f"package/{path}": path for path in paths}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name in wanted and (content := tar.extractfile(member)) is not None:
                (folder / _flat(wanted.pop(member.name))).write_bytes(content.read())
    assert not wanted, f"{archive} lacks {sorted(wanted)}"
