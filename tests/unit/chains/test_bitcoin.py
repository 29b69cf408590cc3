"""Addresses and keys of Bitcoin's kind against published vectors, and what is mistyped, foreign or private."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.chains import base58, registry
from premium.chains.bitcoin import keys, segwit
from premium.chains.bitcoin.adapter import deadline_of
from premium.chains.bitcoin.address import address_of, script_of
from premium.chains.bitcoin.derivation import Derivation
from premium.chains.bitcoin.network import Network
from premium.chains.model import WatchedKey
from premium.config import Settings

pytestmark = pytest.mark.unit
SHIPPED = registry.load(Settings(premium_stage="dev"))


def network(name: str) -> Network:
    found = SHIPPED[name].network
    assert found is not None
    return found


NETWORKS = [chain.network for chain in SHIPPED if chain.network is not None]
ZPUB = ("zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2A"
        "GutZYs")  # fmt: skip
XPUB = ("xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92p"
        "ReUsQ")  # fmt: skip
PROGRAMS = {
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": None,  # 40 bytes are no Taproot
    "bc1sw50qgdz25j": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0":
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5": None,
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4": None,
    "bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47": None,  # version 0 with the checksum of 1
    "bc1gmk9yu": None,
}  # fmt: skip
"""Of BIP-173 and BIP-350, valid and not."""


@pytest.mark.parametrize(("address", "script"), PROGRAMS.items())
def test_addresses_of_witnesses(address: str, script: str | None) -> None:
    if script is None:
        with pytest.raises(ValueError, match=r"."):
            script_of(address, network("bitcoin"))
    else:
        assert script_of(address, network("bitcoin")).hex() == script


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        ("bitcoin", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
        ("litecoin", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1"),
        ("dogecoin", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
    ],
)
def test_addresses_of_hashes_are_one_chains(chain: str, address: str) -> None:
    assert address_of(script_of(address, network(chain)), network(chain)) == address
    for mistyped in (
        address[:-1] + ("2" if address[-1] != "2" else "3"),
        address[0] + address[2] + address[1] + address[3:],
    ):
        with pytest.raises(ValueError, match="checksum"):
            script_of(mistyped, network(chain))
    other = "dogecoin" if chain != "dogecoin" else "bitcoin"
    with pytest.raises(ValueError, match="another chain"):
        script_of(address, network(other))


def test_both_forms_of_bitcoin_cash_are_one_script() -> None:
    cash = network("bitcoin-cash")
    new = script_of("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", cash)
    assert new == script_of("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", cash)
    assert new == script_of("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", cash)
    with pytest.raises(ValueError, match="checksum"):
        script_of("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", cash)


@given(st.integers(0, 16), st.binary(min_size=2, max_size=40))
def test_witness_programs_come_back(version: int, program: bytes) -> None:
    if (version == 0 and len(program) not in (20, 32)) or (version == 1 and len(program) != 32):
        return
    written = segwit.encode("bc", version, program)
    assert segwit.decode(written) == segwit.decode(written.upper()) == ("bc", version, program)
    with pytest.raises(ValueError, match=r"."):
        segwit.decode(written[:-1] + ("q" if written[-1] != "q" else "p"))


@given(st.binary(max_size=80))
def test_base58_comes_back(data: bytes) -> None:
    assert base58.decode_check(base58.encode_check(data)) == data if data else True


def test_the_vectors_of_bip84_and_bip86() -> None:
    receive, change = (Derivation(branch) for branch in keys.branches(ZPUB, network("bitcoin")))
    addresses = [address_of(script, network("bitcoin")) for script in (*receive.scripts(0, 2), *change.scripts(0, 1))]
    assert addresses == [
        "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu",
        "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g",
        "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el",
    ]
    taproot = {branch.name: Derivation(branch) for branch in keys.branches(XPUB, network("bitcoin"))}["tr/0/*"]
    first = address_of(taproot.scripts(0, 1)[0], network("bitcoin"))
    assert first == "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"


def test_a_key_tells_its_scripts_and_its_chains() -> None:
    form = keys.read(ZPUB, NETWORKS).form
    assert form == "zpub"
    assert [b.name for b in keys.branches(ZPUB, network("bitcoin"))] == ["wpkh/0/*", "wpkh/1/*"]
    assert [chain.name for chain in SHIPPED if chain.network and keys.belongs(form, chain.network)] == ["bitcoin"]
    bare = keys.read(XPUB, NETWORKS).form
    assert {chain.name for chain in SHIPPED if chain.network and keys.belongs(bare, chain.network)} == {
        "bitcoin", "bitcoin-cash",
    }  # fmt: skip
    assert len(keys.branches(XPUB, network("bitcoin"))) == 8
    assert len(keys.branches(XPUB, network("bitcoin-cash"))) == 2


@pytest.mark.parametrize(("body", "checksum"), [("raw(deadbeef)", "89f8spxm")])  # of BIP-380
def test_the_checksum_of_descriptors(body: str, checksum: str) -> None:
    assert keys.checksum(body) == checksum


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ZPUB[:-1] + "t", "checksum"),
        (base58.encode_check(bytes.fromhex("0488b21e") + bytes(41) + b"\x02" + b"\xff" * 32), "curve"),
        (base58.encode_check(bytes.fromhex("0488ade4") + bytes(74)), "private"),
        (base58.encode_check(bytes.fromhex("0488b21e") + bytes(41) + b"\0" + b"\1" * 32), "private"),
        (base58.encode_check(bytes.fromhex("02aa7ed3") + base58.decode_check(XPUB)[4:]), "several that sign together"),
        (base58.encode_check(bytes.fromhex("043587cf") + base58.decode_check(XPUB)[4:]), "not read here"),
        (f"wpkh({ZPUB}/0/*)", "written as xpub"),
        (f"wpkh({XPUB}/0'/*)", "no descriptor"),
        (f"wpkh({XPUB}/4294967296/*)", "beyond"),
        (f"wsh(multi(3,{XPUB}/0/*,{XPUB}/1/*))", "more signatures"),
        (f"wsh(sortedmulti(1,{XPUB}/<0;1>/*,{XPUB}/<0;1;2>/*))", "different lengths"),
        ("x" * 5_000, "4,096"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        keys.read(text, NETWORKS)
    assert text[4:40] not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "gap", "seconds"), [(None, 0, 5), (ZPUB, 20, 20.4), (ZPUB, 1_000, 40), (XPUB, 1_000, 60), ("zpub1", 20, 20)]
)
def test_a_reading_has_the_time_that_its_keys_gaps_take(key: str | None, gap: int, seconds: float) -> None:
    watched = [] if key is None else [WatchedKey(key=key, gap_limit=gap)]
    assert deadline_of(watched, network("bitcoin")) == pytest.approx(seconds)
