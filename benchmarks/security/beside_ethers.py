"""`python -m benchmarks.security.beside_ethers`: decoding and hashing beside ethers, with the same random values.

Values are encoded by this project, decoded and encoded again by ethers 6 in Node: data and values must be equal. Typed
data, of families and of random domains, must have the same digest. Differences are printed, and end it with code 1.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from premium.abi.decoder import Form, decode
from premium.abi.encoder import encode
from premium.security.messages.typed_data import read_typed_data
from tests.factories.abi_values import random_case
from tests.factories.security_messages import cow, permit, permit2, uniswapx

_NPM = Path(__file__).parent / "npm"
_DECODE = """
const { AbiCoder, TypedDataEncoder } = require(process.argv[1] + '/node_modules/ethers');
const coder = AbiCoder.defaultAbiCoder();
let decoding = 0, hashing = 0;
const begin = () => process.hrtime.bigint(), since = at => Number(process.hrtime.bigint() - at) / 1e9;
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
  const { types, data, typed } = JSON.parse(line);
  let told;
  try {
    const at = begin();
    if (typed) {
      const { EIP712Domain, ...rest } = typed.types;
      told = TypedDataEncoder.hash(typed.domain, rest, typed.message);
      hashing += since(at);
    } else {
      const values = coder.decode(types, data);
      decoding += since(at);
      told = coder.encode(types, values);
    }
  } catch (error) { told = 'error: ' + error.message.slice(0, 200); }
  console.log(JSON.stringify(told));
}
console.log(JSON.stringify([decoding, hashing]));
"""


def main() -> None:
    """Compare, and print times."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="10,000 values")
    count = 10_000 if parser.parse_args().quick else 100_000
    if not (_NPM / "node_modules").exists():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=_NPM, check=True)
    source = random.Random(7)
    cases = [random_case(source) for _ in range(count)]
    data = [encode(types, values) for types, values in cases]
    begun = time.process_time()
    read = [decode(types, each) for (types, _), each in zip(cases, data, strict=True)]
    decoding = time.process_time() - begun
    canonical = sum(each.form is Form.CANONICAL for each in read)
    documents = _documents(source, count // 20)
    begun = time.process_time()
    hashes = [read_typed_data(each).digest for each in documents]
    hashing = time.process_time() - begun
    names = ([of.name for of in types] for types, _ in cases)
    asked: list[Any] = [{"types": each, "data": f"0x{one.hex()}"} for each, one in zip(names, data, strict=True)]
    told, theirs = _asked([*asked, *({"typed": each} for each in documents)])
    wanted = [f"0x{each.hex()}" for each in data] + [None if each is None else f"0x{each.hex()}" for each in hashes]
    different = [(one, other) for one, other in zip(wanted, told, strict=True) if one != other]
    print(f"{count} values: {canonical} canonical; {len(documents)} messages; {len(different)} differ from ethers")
    for one, other in different[:5]:
        print("  ", str(one)[:120], "|", str(other)[:160])
    print(f"decode: {decoding / count * 1e6:.1f} µs, ethers {theirs[0] / count * 1e6:.1f} µs")
    print(f"hash: {hashing / len(documents) * 1e6:.0f} µs, ethers {theirs[1] / len(documents) * 1e6:.0f} µs")
    if different:
        raise SystemExit(1)


def _documents(source: random.Random, count: int) -> list[dict[str, Any]]:
    """Messages of known families, in random domains."""
    made = []
    for number in range(count):
        each = json.loads(
            json.dumps((permit, permit2)[number % 2]() if number % 4 < 2 else (cow, uniswapx)[number % 2](10**18))
        )
        if "verifyingContract" in each["domain"]:
            each["domain"]["verifyingContract"] = f"0x{source.getrandbits(160):040x}"
        if "chainId" in each["domain"]:
            each["domain"]["chainId"] = source.getrandbits(40)
        made.append(each)
    return made


def _asked(rows: Sequence[Any]) -> tuple[list[Any], list[float]]:
    given = "\n".join(map(json.dumps, rows))
    done = subprocess.run(
        ["node", "-e", _DECODE, str(_NPM)], input=given, capture_output=True, text=True, timeout=900, check=True
    )
    *told, times = (json.loads(line) for line in done.stdout.splitlines())
    return told, times


if __name__ == "__main__":
    main()
