"""`python -m benchmarks.security.calls`: decoding, hashing and judgement beside eth-abi and eth-account.

The same random values for both; 100,000 of them unless `--quick`. Times are CPU's: mean, and 99th percentile.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from eth_abi import decode as peer_decode
from eth_abi import encode as peer_encode
from eth_account.messages import encode_typed_data

from premium.abi.decoder import Form, decode
from premium.abi.encoder import encode
from premium.security.cases import messages, transactions
from premium.security.messages.typed_data import read_typed_data
from tests.factories.abi_values import random_case
from tests.factories.security_calls import KNOWN, ROUTER, TOKEN, call, tx
from tests.factories.security_corpus import UNLIMITED
from tests.factories.security_messages import cow, permit, permit2, uniswapx

REPEATS = 2_000


def main() -> None:
    """Compare and measure; exit code 1 where a value differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="10,000 values")
    count = 10_000 if parser.parse_args().quick else 100_000
    compare(count)
    one_kib = call("multicall(bytes[])", [UNLIMITED] * 6)
    scan = transactions.kinds()[0]
    for name, data in (("approve", UNLIMITED), (f"multicall of {len(one_kib)} bytes", one_kib)):
        case = scan.model.model_validate({**tx(TOKEN, data), "knowledge": KNOWN})
        show(f"decode and judge: {name}", timed(partial(scan.answer, case)))
    kind = messages.kinds()[0]
    documents = {"permit": permit(), "Permit2": permit2(), "UniswapX": uniswapx(10**18), "CoW": cow(10**18)}
    for name, document in documents.items():
        case = kind.model.model_validate({"typed_data": document, "knowledge": KNOWN, "from": "0x" + "77" * 20})
        show(f"hash and judge: {name}", timed(partial(kind.answer, case)))
        show("  hash alone", timed(partial(read_typed_data, document)))
        show("  eth-account", timed(partial(encode_typed_data, full_message=document), 300))
    bomb(call("approve(address,uint256)", ROUTER, 5)[:4])


def compare(count: int) -> None:
    """Encode and decode random values by both libraries."""
    source = random.Random(42)
    cases = [random_case(source) for _ in range(count)]
    names = [[of.name for of in types] for types, _ in cases]
    ours, data = whole(encode(types, values) for types, values in cases)
    theirs, peers = whole(peer_encode(name, values) for name, (_, values) in zip(names, cases, strict=True))
    different = sum(one != other for one, other in zip(data, peers, strict=True))
    read, found = whole(decode(types, each) for (types, _), each in zip(cases, data, strict=True))
    peer_read, peer_found = whole(peer_decode(name, each) for name, each in zip(names, data, strict=True))
    different += sum(
        one.form != Form.CANONICAL or one.values != other or one.values != values
        for one, other, (_, values) in zip(found, peer_found, cases, strict=True)
    )
    print(json.dumps({"values": count, "different": different}))
    print(f"encode: {ours / count * 1e6:.1f} µs, eth-abi {theirs / count * 1e6:.1f} µs")
    print(f"decode: {read / count * 1e6:.1f} µs, eth-abi {peer_read / count * 1e6:.1f} µs")
    if different:
        raise SystemExit(1)


def whole(made: Iterable[Any]) -> tuple[float, list[Any]]:
    """Return the seconds that all take, and what they give."""
    started = time.process_time()
    found = list(made)
    return time.process_time() - started, found


def timed(function: Callable[[], Any], repeats: int = REPEATS) -> list[float]:
    """Return milliseconds of each repeat."""
    function()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        function()
        times.append((time.process_time() - started) * 1000)
    return times


def show(name: str, times: list[float]) -> None:
    """Print mean and 99th percentile."""
    print(f"{name}: {statistics.fmean(times):.3f} ms, p99 {statistics.quantiles(times, n=100)[98]:.3f} ms")


def bomb(selector: bytes) -> None:
    """Print what 10 KB of shared offsets cost."""
    count = 300
    data = selector + (32).to_bytes(32) + count.to_bytes(32) + (count * 32).to_bytes(32) * count + (0).to_bytes(32)
    kind = transactions.kinds()[0]
    case = kind.model.model_validate(tx(TOKEN, bytes.fromhex("ac9650d8") + data[4:]))
    show(f"{len(data)} bytes of shared offsets", timed(partial(kind.answer, case), 50))


if __name__ == "__main__":
    main()
