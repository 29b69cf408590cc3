"""Verify a login (parse, hash, recover) beside PyPI's `siwe`. Target: under 1 ms.

In CPU time, each in a fresh process, in turn. Run: python -m benchmarks.access
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from benchmarks.access import billing, erasure, logins, usage, webhooks
from local.places import ROOT

ROUNDS = 3
TEXT = """app.example wants you to sign in with your Ethereum account:
{address}

I accept the terms: https://app.example/terms

URI: https://app.example/login
Version: 1
Chain ID: 1
Nonce: aBcDeF0123456789
Issued At: 2025-10-17T10:00:00.000Z
Expiration Time: 2100-10-17T10:05:00.000Z
Resources:
- https://app.example/terms"""
BOTO3 = (
    "import json, sys, time\nstarted = time.process_time()\nimport boto3\nimported = time.process_time() - started\n"
)
OURS = """
import json, sys, time
started = time.process_time()
from premium.siwe.cases import Nonces, verdict
import btclib_libsecp256k1.recovery, Crypto.Hash.keccak
imported = time.process_time() - started
def verify(text, signature):
    assert verdict({"message": text, "signature": signature, "check": {"time": "2025-10-17T10:01:00Z"}},
                   Nonces(once=True))["valid"]
"""
PEER = """
import json, sys, time
started = time.process_time()
from siwe import SiweMessage
imported = time.process_time() - started
def verify(text, signature):
    SiweMessage.from_message(text).verify(signature)
"""
MEASURE = """
text, signature, times = *json.loads(sys.argv[1]), []
for _ in range(int(sys.argv[2])):
    before = time.process_time()
    verify(text, signature)
    times.append(time.process_time() - before)
print(json.dumps([imported, sorted(times)]))
"""


def run(python: str, program: str, *arguments: str) -> tuple[float, list[float]]:
    command = [python, "-c", program, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    imported, times = json.loads(done.stdout)
    return imported, times


def signed() -> str:
    from eth_account import Account  # noqa: PLC0415 - web3's neighbour, after the measurements' own imports
    from eth_account.messages import encode_defunct  # noqa: PLC0415 - the same

    account = Account.from_key("0x" + "4c" * 32)
    text = TEXT.format(address=account.address)
    return json.dumps([text, "0x" + account.sign_message(encode_defunct(text=text)).signature.hex().removeprefix("0x")])


def main() -> None:
    subprocess.run([ROOT / "scripts" / "apart.sh", "peers"], check=True)
    asked, peer = signed(), str(ROOT / ".venv" / "peers" / "bin" / "python")
    made = {"ours": (sys.executable, OURS, "2000"), "siwe": (peer, PEER, "50")}
    imports: dict[str, list[float]] = {name: [] for name in (*made, "boto3")}
    medians: dict[str, list[float]] = {name: [] for name in made}
    worst: dict[str, float] = {}
    for _ in range(ROUNDS):
        imports["boto3"].append(run(sys.executable, f"{BOTO3}print(json.dumps([imported, []]))")[0])
        for name, (python, program, times) in made.items():
            imported, found = run(python, program + MEASURE, asked, times)
            imports[name].append(imported)
            medians[name].append(statistics.median(found))
            worst[name] = found[int(len(found) * 0.99)]
    boto3 = statistics.median(imports["boto3"])
    print(f"{'login verified by':20}{'median ms':>11}{'p99 ms':>9}{'import ms':>11}{'of boto3':>10}")
    for name in made:
        cost, first = statistics.median(medians[name]) * 1000, statistics.median(imports[name])
        print(f"{name:20}{cost:11.3f}{worst[name] * 1000:9.3f}{first * 1000:11.0f}{first / boto3:10.2f}")
    times = statistics.median(medians["siwe"]) / statistics.median(medians["ours"])
    print(f"import boto3: {boto3 * 1000:.0f} ms; siwe takes {times:.0f} times as long as ours")


main()
billing.main()
logins.main()
erasure.main()
usage.main()
webhooks.main()
