"""Look for what should not be in the tree: weak code, secrets, unsafe workflows.

`python -m scripts.scan` asks bandit, detect-secrets and zizmor, without a network, and ends with 1 for what nobody has
judged yet. `--accept` writes today's findings to the baseline, whose change a reviewer reads. A finding is known by
file, kind and the hash of its text, so that a moved line is no alarm; a judged one that is
gone is told and fails nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ".scan-baseline.json"
PACKAGES = ("premium", "handlers", "workers", "migrations", "local", "cdk_app", "stacks", "scripts", "benchmarks")
_HASHES_ALONE = re.compile(rf"requirements/\w+\.txt|package-lock\.json|{re.escape(BASELINE)}")
"""Made by tools and full of digests."""
_PROGRAMS = Path(sys.executable).parent


class Finding(NamedTuple):
    """What a tool objects to; `digest` is of the text and hides it, `line` is where it stands now."""

    file: str
    kind: str
    digest: str
    line: int = 0

    @property
    def known_by(self) -> tuple[str, str, str]:
        """Return what stays the same when the line moves."""
        return self.file, self.kind, self.digest


def committed(root: Path) -> list[str]:
    """Return the files of a tree that git has or would take, but those that tools make of digests."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout.splitlines()
    return sorted(name for name in names if (root / name).is_file() and not _HASHES_ALONE.fullmatch(name))


def secrets(root: Path, names: Iterable[str]) -> list[Finding]:
    """Return what may be a secret in files of a tree."""
    given = list(names)
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        return [finding for part in pool.map(_secrets, [root] * len(given), given, chunksize=20) for finding in part]


def _secrets(root: Path, name: str) -> list[Finding]:
    with default_settings():
        found = list(scan_file(str(root / name)))
    return [Finding(name, secret.type, secret.secret_hash, secret.line_number) for secret in found]


def weak_code(root: Path, packages: Iterable[str]) -> list[Finding]:
    """Return what bandit holds for weak, of medium severity or more, by the line that it objects to."""
    command = [_PROGRAMS / "bandit", "--quiet", "-ll", "--format", "json", "--exit-zero", "--recursive", *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    found = []
    for result in json.loads(done.stdout)["results"]:
        name, line = result["filename"], result["line_number"]
        text = (root / name).read_text().splitlines()[line - 1].strip()
        kind = f"{result['test_id']} {result['test_name']}"
        found.append(Finding(name, kind, sha1(text.encode(), usedforsecurity=False).hexdigest(), line))
    return found


def judged(text: str) -> list[Finding]:
    """Return the findings of a baseline's text."""
    kinds = ((file, kind, digests) for file, each in json.loads(text).items() for kind, digests in each.items())
    return [Finding(file, kind, digest) for file, kind, digests in kinds for digest in digests]


def written(findings: Iterable[Finding]) -> str:
    """Return a baseline's text of findings."""
    kept: dict[str, dict[str, list[str]]] = {}
    for file, kind, digest in sorted({finding.known_by for finding in findings}):
        kept.setdefault(file, {}).setdefault(kind, []).append(digest)
    return json.dumps(kept, indent=1) + "\n"


def compared(found: Iterable[Finding], known: Iterable[Finding]) -> tuple[list[str], list[str]]:
    """Return a sentence for each finding that nobody judged, and one for each judged one that is gone."""
    now, then = ({finding.known_by: finding for finding in each} for each in (found, known))
    new = [f"{now[key].file}:{now[key].line}: {now[key].kind}" for key in sorted(now.keys() - then)]
    return new, [f"{file}: {kind}, judged before, is gone" for file, kind, _ in sorted(then.keys() - now)]


def main(arguments: list[str]) -> int:
    """Compare, or accept; return the exit code."""
    found = weak_code(ROOT, PACKAGES) + secrets(ROOT, committed(ROOT))
    baseline = ROOT / BASELINE
    if arguments == ["--accept"]:
        baseline.write_text(written(found))
    workflows = subprocess.run(
        [_PROGRAMS / "zizmor", "--offline", "--no-progress", "--quiet", ROOT / ".github"], check=False
    )
    new, gone = compared(found, judged(baseline.read_text()))
    for sentence in new + gone:
        print(sentence)
    if new:
        print("Mend it, or change the secret where it serves. What is harmless: make scan ARGS=--accept, and say why.")
    if new or workflows.returncode:
        return 1
    print("bandit, detect-secrets and zizmor object to nothing that nobody has judged.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
