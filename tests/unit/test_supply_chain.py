"""What others made comes in by its content: actions by commit, npm packages by hash, base images by digest."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cdk_app.base_images import BaseImageError, checked, read_bases, resolved, wanted
from scripts.scan import Finding, committed, compared, judged, secrets, weak_code, written
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.unit
DIGEST = f"sha256:{'0a' * 32}"
WORKFLOWS = sorted((ROOT / ".github").rglob("*.yml"))


def test_actions_are_pinned_by_commit_and_say_their_version() -> None:
    used = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    assert len(used) >= 5
    unpinned = [line for line in used if not re.search(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)]
    assert unpinned == []


def test_every_npm_package_is_locked_by_its_content() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    named = {name: package for name, package in packages.items() if name}
    assert [name for name, package in named.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in named.items() if "resolved" in package] == [], "a registry's address is locked"
    versions = {
        name: _asked(named[f"node_modules/{name}"])
        for kind in ("dependencies", "devDependencies")
        for name in packages[""][kind]
    }
    assert versions == packages[""]["dependencies"] | packages[""]["devDependencies"]


def _asked(package: dict[str, Any]) -> str:
    """How a package is asked for: by its version, under another name by its own and that."""
    version = str(package["version"])
    return f"npm:{package['name']}@{version}" if "name" in package else version


def test_every_base_image_can_be_given_by_digest() -> None:
    dockerfiles = [ROOT / name for name in committed(ROOT) if Path(name).name.startswith("Dockerfile")]
    for path in dockerfiles:
        bases = re.findall(r"^FROM (\S+)", path.read_text(), re.MULTILINE)
        assert {base for base in bases if base not in {f"${{{name}}}" for name in wanted()}} == set(), path
    assert len(dockerfiles) == len(wanted()) == 2


def test_a_release_deploys_what_was_resolved() -> None:
    said = [
        line for path in WORKFLOWS for line in path.read_text().splitlines() if re.search(r"cdk (deploy|diff)", line)
    ]
    assert len(said) == 4
    assert [line for line in said if "-c images=base-images.json" not in line] == []


def test_base_images_are_resolved_or_end_the_release(tmp_path: Path) -> None:
    bases = resolved(lambda _: {"digest": DIGEST, "mediaType": "application/vnd.oci.image.index.v1+json"})
    assert bases["PYTHON_IMAGE"] == f"python:3.13-slim-bookworm@{DIGEST}"
    file = tmp_path / "bases.json"
    file.write_text(json.dumps(bases))
    assert read_bases(str(file)) == bases
    assert read_bases(None) == {}, "a build of one's own takes the tags"
    with pytest.raises(BaseImageError, match=r"no digest of python:3.13-slim-bookworm: ERROR: 429 Too Many Requests"):
        resolved(lambda _: "ERROR: 429 Too Many Requests")


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (None, "PYTHON_IMAGE is missing; a release needs python:3.13-slim-bookworm@sha256:…"),
        ("python:3.13-slim-bookworm", "PYTHON_IMAGE is 'python:3.13-slim-bookworm'; a release needs"),
        (f"python:3.12-slim-bookworm@{DIGEST}", "PYTHON_IMAGE is 'python:3.12-slim-bookworm@sha256:"),
        ("python:3.13-slim-bookworm@sha256:0a", "PYTHON_IMAGE is 'python:3.13-slim-bookworm@sha256:0a'"),
    ],
)
def test_a_base_image_that_is_not_by_digest_is_refused(image: str | None, told: str) -> None:
    given = {name: f"{tag}@{DIGEST}" for name, tag in wanted().items()} | {"PYTHON_IMAGE": image}
    with pytest.raises(BaseImageError) as refused:
        checked({name: each for name, each in given.items() if each is not None})
    assert str(refused.value).startswith(told)


def test_a_scan_finds_what_is_planted_and_knows_what_was_judged(tmp_path: Path) -> None:
    key = "AKIA" + "Z7Q4M2X9K5W3B8N6"
    (tmp_path / "weak.py").write_text(f"import subprocess\nKEY = '{key}'\nsubprocess.call(input(), shell=True)\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    found = weak_code(tmp_path, ["."]) + secrets(tmp_path, committed(tmp_path))
    assert [(each.file.removeprefix("./"), each.kind, each.line) for each in found] == [
        ("weak.py", "B602 subprocess_popen_with_shell_equals_true", 3),
        ("weak.py", "AWS Access Key", 2),
    ]
    assert key not in written(found), "a baseline tells nobody the secret"
    known = judged(written(found))
    assert compared([each._replace(line=each.line + 9) for each in found], known) == ([], []), (
        "a moved line is no alarm"
    )
    assert compared(found, known[:1]) == (["weak.py:2: AWS Access Key"], [])
    assert compared(found[:1], known) == ([], ["weak.py: AWS Access Key, judged before, is gone"])
    twice = Finding("weak.py", "AWS Access Key", "another", 7)
    assert compared([*found, twice], known)[0] == ["weak.py:7: AWS Access Key"], "one judged text excuses no other"
