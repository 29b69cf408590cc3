"""What writing and reading a balance costs, from request to integer, beside eth-abi."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

from eth_abi.abi import decode, encode

from premium.chains.reading import codec
from premium.chains.reading.calls import balance_of

BALANCES = 400
_AGGREGATE3, _BALANCE_OF = bytes.fromhex("82ad56cb"), bytes.fromhex("70a08231")
Pairs = Sequence[tuple[str, str]]


def ours(pairs: Pairs, body: str) -> list[int]:
    json.dumps({"data": "0x" + codec.encode([balance_of(*pair) for pair in pairs]).hex()})
    answer = bytes.fromhex(json.loads(body)["result"][2:])
    return [int.from_bytes(data or b"", "big") for data in codec.decode(answer, len(pairs))]


def by_eth_abi(pairs: Pairs, body: str) -> list[int]:
    calls = [(token, True, _BALANCE_OF + encode(["address"], [wallet])) for wallet, token in pairs]
    json.dumps({"data": "0x" + (_AGGREGATE3 + encode(["(address,bool,bytes)[]"], [calls])).hex()})
    (results,) = decode(["(bool,bytes)[]"], bytes.fromhex(json.loads(body)["result"][2:]))
    return [int.from_bytes(data, "big") for _, data in results]


def measure() -> None:
    pairs = [(f"0x{number % 7 + 1:040x}", f"0x{number + 1000:040x}") for number in range(BALANCES)]
    results = [(True, (number * 10**15).to_bytes(32, "big")) for number in range(BALANCES)]
    body = json.dumps({"result": "0x" + encode(["(bool,bytes)[]"], [results]).hex()})
    if ours(pairs, body) != by_eth_abi(pairs, body):
        raise SystemExit("our codec and eth-abi differ")
    print(f"CPU a balance, from request to integer, {BALANCES} in a call; target 2 µs")
    for name, way, rounds in (("our codec", ours, 200), ("eth-abi", by_eth_abi, 10)):
        print(f"{name:<42} {_micros(way, pairs, body, rounds):6.2f} µs")


def _micros(way: Callable[[Pairs, str], list[int]], pairs: Pairs, body: str, rounds: int) -> float:
    begun = time.process_time()
    for _ in range(rounds):
        way(pairs, body)
    return (time.process_time() - begun) / rounds / len(pairs) * 1e6
