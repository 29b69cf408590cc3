"""Extended public keys and descriptors: checked, and told under which scripts they pay.

By BIP-32, SLIP-132 and BIP-380.

Nothing here is repeated in an error: a key says all that its owner ever had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from premium.chains import base58
from premium.chains.bitcoin.network import SCRIPT_TYPES, KeyVersion, Network, ScriptType

LONGEST = 4_096
MAX_KEYS = 20
"""Keys of one descriptor: more no script of several keys may hold."""
_KEY_BYTES, _PUBLIC = 78, (2, 3)
_CHANGE_DEPTH = 4
"""The depth of a key whose children are addresses: below it there are no branches."""
_HARDENED = 0x80000000
_KEY_SCRIPTS: dict[ScriptType, str] = {"pkh": "pkh({})", "sh_wpkh": "sh(wpkh({}))", "wpkh": "wpkh({})", "tr": "tr({})"}
_STANDARD = bytes.fromhex("0488b21e")
_RAW = "raw"
_NO_DESCRIPTOR = (
    "is no descriptor of a kind that is read here: pkh, wpkh, sh(wpkh), tr, or multi and sortedmulti in sh, wsh"
    " or sh(wsh), of public keys"
)
_COSIGNERS = frozenset(bytes.fromhex(each) for each in ("0295b43f", "02aa7ed3", "024289ef", "02575483"))
"""Versions of SLIP-132 for one key of several: what they pay to is not known without the others."""
_PRIVATE = frozenset(
    bytes.fromhex(each)
    for each in ("0488ade4", "049d7878", "04b2430c", "04358394", "044a4e28", "045f18bc", "0295b005", "02aa7a99",
                 "019d9cfe", "01b26792", "02fac398")
)  # fmt: skip
_PATH = r"(?:/\d{1,10})*(?:/<\d{1,10}(?:;\d{1,10})+>)?(?:/\d{1,10})*(?:/\*)?"
_ORIGIN = r"(?:\[[0-9a-fA-F]{8}(?:/\d{1,10}['hH]?)*\])?"
_ONE = rf"{_ORIGIN}(?:[1-9A-HJ-NP-Za-km-z]{{100,120}}|0[23][0-9a-fA-F]{{64}}){_PATH}"
_SEVERAL = rf"(?:sorted)?multi\(\d{{1,2}}(?:,{_ONE}){{1,{MAX_KEYS}}}\)"
_FORMS = re.compile(rf"(?:pkh|wpkh|tr)\({_ONE}\)|sh\(wpkh\({_ONE}\)\)|(?:sh|wsh)\({_SEVERAL}\)|sh\(wsh\({_SEVERAL}\)\)")
_EXTENDED = re.compile(r"[1-9A-HJ-NP-Za-km-z]{100,120}")
_POINT = re.compile(r"(?<![0-9a-fA-F])0[23][0-9a-fA-F]{64}(?![0-9a-fA-F])")
_BRANCHES = re.compile(r"<(\d+(?:;\d+)+)>")
_RECEIVING = re.compile(r"/0/\*")
_INPUT = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ "
_CHECKSUM = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0xF5DEE51989, 0xA9FDCA3312, 0x1BAB10E32D, 0x3706B1677A, 0x644D626FFD)


class Branch(NamedTuple):
    """Addresses that follow each other: a descriptor with one place left for their number."""

    name: str
    descriptor: str
    """With keys in the form `xpub`, whatever the chain."""

    @property
    def is_endless(self) -> bool:
        """Return whether it has more than one address."""
        return "*" in self.descriptor


class Key(NamedTuple):
    """What a key is, without saying it."""

    form: str
    """`zpub` by its first bytes; of a descriptor `descriptor/xpub/witness`: how its keys are written, what it needs."""
    text: str
    """The key as it is kept: without spaces around, and a descriptor's checksum."""


def read(text: str, networks: Iterable[Network]) -> Key:
    """Return an extended key or a descriptor of any of these chains.

    ValueError says what is wrong and repeats nothing of it.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST:
        raise ValueError(f"has more than {LONGEST:,} characters")
    known = [each for network in networks for each in network.keys]
    if "(" not in stripped:
        return Key(_known(_version(stripped), known), stripped)
    body = _body(stripped)
    if not _FORMS.fullmatch(body):
        raise ValueError(_NO_DESCRIPTOR)
    _check_paths(body)
    for point in _POINT.findall(body):
        _check_point(bytes.fromhex(point))
    for needed, keys in re.findall(r"multi\((\d+)((?:,[^,)]+)+)", body):
        if not 1 <= int(needed) <= keys.count(","):
            raise ValueError("asks for more signatures than it has keys, or for none")
    versions = {_version(each) for each in _EXTENDED.findall(body)}
    prefixes = {_known(version, known) for version in versions} or {_RAW}
    if len(prefixes) > 1 or not prefixes <= {_RAW, "xpub", "tpub"}:
        raise ValueError("keys of a descriptor are written as xpub, all of one chain")
    needs = "taproot" if body.startswith("tr(") else "witness" if "w" in body.partition("[")[0] else "nothing"
    return Key(f"descriptor/{prefixes.pop()}/{needs}", body)


def belongs(form: str, network: Network) -> bool:
    """Say whether a key of this form is one of a chain."""
    kind, _, rest = form.partition("/")
    if kind != "descriptor":
        return any(each.prefix == kind for each in network.keys)
    prefix, _, needs = rest.partition("/")
    has = {"taproot": network.taproot, "witness": network.hrp is not None, "nothing": True}
    return has[needs] and (prefix == _RAW or any(each.prefix == prefix for each in network.keys))


def branches(text: str, network: Network) -> list[Branch]:
    """Return the descriptors of all addresses of a key.

    Receiving and change, under each script that it may stand for.

    `text` is one that `read` has returned.
    """
    if "(" in text:
        return _of_descriptor(_standard(text))
    version = bytes.fromhex(_first_bytes(text))
    known = {bytes.fromhex(each.version): each for each in network.keys}
    if version not in known:
        raise ValueError("is a key of another chain")
    key, depth = _standard(text), base58.decode_check(text)[4]
    ends = ("*",) if depth >= _CHANGE_DEPTH else ("0/*", "1/*")
    kinds = [each for each in SCRIPT_TYPES if each in known[version].scripts]
    return [
        Branch(f"{kind}/{end}", _KEY_SCRIPTS[kind].format(f"{key}/{end}"))
        for kind in kinds if kind != "tr" or network.taproot for end in ends
    ]  # fmt: skip


def checksum(body: str) -> str:
    """Return the eight letters that a descriptor ends with after a # (BIP-380)."""
    values: list[int] = []
    groups: list[int] = []
    for letter in body:
        place = _INPUT.find(letter)
        if place < 0:
            raise ValueError("has a character that descriptors have not")
        values.append(place & 31)
        groups.append(place >> 5)
        if len(groups) == 3:
            values.append(groups[0] * 9 + groups[1] * 3 + groups[2])
            groups = []
    if groups:
        values.append(groups[0] if len(groups) == 1 else groups[0] * 3 + groups[1])
    check = _polymod([*values, *[0] * 8]) ^ 1
    return "".join(_CHECKSUM[(check >> 5 * (7 - i)) & 31] for i in range(8))


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 35
        check = (check & 0x7FFFFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            check ^= term if top >> bit & 1 else 0
    return check


def _body(text: str) -> str:
    body, found, given = text.partition("#")
    if found and checksum(body) != given:
        raise ValueError("the descriptor's checksum is wrong: a letter was mistyped")
    return body


def _first_bytes(text: str) -> str:
    return base58.decode_check(text)[:4].hex()


def _version(text: str) -> bytes:
    """Return the first bytes of an extended public key that is whole and on the curve."""
    data = base58.decode_check(text)
    version, key = data[:4], data[45:]
    if version in _PRIVATE or (len(data) == _KEY_BYTES and key[0] == 0):
        raise ValueError("is a private key")
    if len(data) != _KEY_BYTES or key[0] not in _PUBLIC:
        raise ValueError("is no extended public key")
    _check_point(key)
    return version


def _check_point(key: bytes) -> None:
    """Refuse 33 bytes that are no point of the curve: no library derives from them."""
    from btclib_libsecp256k1 import keys as curve  # noqa: PLC0415 - libsecp256k1, which few requests need

    try:
        curve.parse(key)
    except ValueError:
        raise ValueError("is no key of the curve secp256k1") from None


def _known(version: bytes, known: Iterable[KeyVersion]) -> str:
    """Return the prefix of a key by its first bytes."""
    found = next((each.prefix for each in known if bytes.fromhex(each.version) == version), None)
    if found is not None:
        return found
    if version in _COSIGNERS:
        raise ValueError("is one key of several that sign together: give the descriptor of the wallet")
    raise ValueError("is an extended key of a chain that is not read here")


def _check_paths(body: str) -> None:
    numbers = [int(each) for each in re.findall(r"(?<=[/<;])\d+", re.sub(r"\[[^\]]*\]", "", body))]
    if any(number >= _HARDENED for number in numbers):
        raise ValueError("has a step of a path beyond 2^31")
    groups = _BRANCHES.findall(body)
    if len({len(group.split(";")) for group in groups}) > 1 or any(len(each.split(";")) > 8 for each in groups):
        raise ValueError("has branches <…;…> of different lengths, or more than 8")
    if groups and len(groups) != len(_EXTENDED.findall(body)):
        raise ValueError("has branches <…;…> at some keys only")


def _standard(text: str) -> str:
    """Return a text with its extended keys in the form `xpub`, which the library reads."""
    return _EXTENDED.sub(lambda found: base58.encode_check(_STANDARD + base58.decode_check(found[0])[4:]), text)


def _of_descriptor(body: str) -> list[Branch]:
    groups = _BRANCHES.findall(body)
    if groups:
        each = [group.split(";") for group in groups]
        return [_branch(_chosen(body, [steps[number] for steps in each]), number) for number in range(len(each[0]))]
    # A wallet that receives at …/0/* takes its change at …/1/*: who gives the one means the other, too.
    is_pair = len(_RECEIVING.findall(body)) == body.count("*") > 0
    both = [body, _RECEIVING.sub("/1/*", body)] if is_pair else [body]
    return [_branch(text, number) for number, text in enumerate(both)]


def _chosen(body: str, steps: list[str]) -> str:
    left = iter(steps)
    return _BRANCHES.sub(lambda _: next(left), body)


def _branch(descriptor: str, number: int) -> Branch:
    return Branch(f"descriptor/{number}", descriptor)
