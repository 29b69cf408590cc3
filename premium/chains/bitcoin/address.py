"""Addresses of Bitcoin's kind, read into the scripts that they pay to."""

from __future__ import annotations

from hashlib import sha256

from premium.chains import base58
from premium.chains.bitcoin import segwit
from premium.chains.bitcoin.network import Network

_HASH_BYTES = 20


def script_of(address: str, network: Network) -> bytes:
    """Return the script that an address of this chain pays to.

    ValueError where it is none of this chain's, or mistyped.
    """
    if network.hrp is not None and address.lower().startswith(f"{network.hrp}1"):
        return _witness(address, network)
    if network.cash is not None and not _is_base58(address):
        kind, hashed = segwit.decode_cash(address, network.cash)
        return _to_key(hashed) if kind == 0 else _to_script(hashed)
    payload = base58.decode_check(address)
    version, hashed = payload[0], payload[1:]
    if len(hashed) != _HASH_BYTES or version not in (network.pubkey_hash, *network.script_hash):
        raise ValueError("is an address of another chain")
    return _to_key(hashed) if version == network.pubkey_hash else _to_script(hashed)


def normal(address: str, network: Network) -> str:
    """Return the one way in which an address is written; ValueError for none."""
    script_of(address, network)
    if _is_base58(address) and not (network.hrp and address.lower().startswith(f"{network.hrp}1")):
        return address
    return address.lower()


def address_of(script: bytes, network: Network) -> str:
    """Return the address of a script in Base58 or Bech32; ValueError where it has none."""
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return base58.encode_check(bytes([network.pubkey_hash]) + script[3:23])
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":
        return base58.encode_check(bytes([network.script_hash[0]]) + script[2:22])
    if network.hrp is not None and 4 <= len(script) <= 42 and script[1] == len(script) - 2:
        version = 0 if script[0] == 0 else script[0] - 0x50
        return segwit.encode(network.hrp, version, script[2:])
    raise ValueError("is a script without an address here")


def script_hash(script: bytes) -> str:
    """Return the name of a script at an Esplora server: the digits of its SHA-256."""
    return sha256(script).hexdigest()


def _witness(address: str, network: Network) -> bytes:
    hrp, version, program = segwit.decode(address)
    if hrp != network.hrp:
        raise ValueError("is an address of another chain")
    if version == 1 and not network.taproot:
        raise ValueError("is an address of Taproot, which this chain has not")
    return bytes([0x50 + version if version else 0, len(program)]) + program


def _is_base58(address: str) -> bool:
    try:
        base58.decode_check(address)
    except ValueError:
        return False
    return True


def _to_key(hashed: bytes) -> bytes:
    return b"\x76\xa9\x14" + hashed + b"\x88\xac"


def _to_script(hashed: bytes) -> bytes:
    return b"\xa9\x14" + hashed + b"\x87"
