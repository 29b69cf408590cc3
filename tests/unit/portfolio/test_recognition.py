"""What people paste as a wallet: secrets and addresses of other kinds are refused by name, and never repeated."""

from __future__ import annotations

import json
import random

import pytest
from pydantic import ValidationError

from handlers.models.portfolio import NewWallet
from premium.portfolio.recognition.given import recognise
from premium.refusals import reason_of

pytestmark = pytest.mark.unit
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "023456789acdefghjklmnpqrstuvwxyz"


def drawn(alphabet: str, length: int, *, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


HEX = drawn("0123456789abcdef", 64)
PHRASE = " ".join(["river", "stone"] * 6)
SECRETS = {
    "a key": HEX, "with 0x": "0x" + HEX, "mistyped": HEX[:-1], "too long by one": HEX + "a",
    "in capitals": HEX.upper(), "with spaces around": f"  {HEX}\n", "a pair": HEX + HEX,
    "import format": "5" + drawn(BASE58, 50), "compressed": "L" + drawn(BASE58, 51),
    "encrypted": "6P" + drawn(BASE58, 56), "of Solana": drawn(BASE58, 88),
    "a file of Solana": json.dumps([7] * 64), "extended": "xprv" + drawn(BASE58, 107),
    "of a descriptor": f"wpkh([d34db33f/84h/0h/0h]zprv{drawn(BASE58, 107)}/0/*)",
    "twelve words": PHRASE, "twenty-four": f"{PHRASE} {PHRASE}", "eleven": PHRASE.rpartition(" ")[0],
    "lines": PHRASE.replace(" ", "\n"), "commas": PHRASE.replace(" ", ", "), "capitals": PHRASE.upper(),
    "a list": json.dumps(PHRASE.split()),
}  # fmt: skip
FOREIGN = {
    "T" + drawn(BASE58, 33): "Tron", "EQ" + drawn("abcXYZ019_-", 46): "TON", "cosmos1" + drawn(BECH32, 38): "Cosmos",
    "osmo1" + drawn(BECH32, 38): "Cosmos", "bc1q" + drawn(BECH32, 38): "Bitcoin", "1" + drawn(BASE58, 33): "Bitcoin",
    "ltc1q" + drawn(BECH32, 38): "Litecoin", "D" + drawn(BASE58, 33): "Dogecoin",
    "bitcoincash:q" + drawn(BECH32, 41): "Bitcoin Cash", "xpub" + drawn(BASE58, 107): "an extended public key",
    f"tr(xpub{drawn(BASE58, 107)}/0/*)": "an extended public key", "15" + drawn(BASE58, 46): "Substrate",
    "9" + drawn(BASE58, 43): "Solana", "addr1" + drawn(BECH32, 98): "Cardano", "name.eth": "a name",
}  # fmt: skip


@pytest.mark.parametrize("given", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_called_one_and_never_repeated(given: str) -> None:
    found = recognise(given)
    assert found is not None
    assert found.kind == "secret"
    assert not any(given.strip()[start : start + 8] in found.text for start in range(0, len(given) - 8, 4))
    assert NewWallet.model_validate({"address": given}).address == given


@pytest.mark.parametrize(("given", "name"), FOREIGN.items())
def test_an_address_of_another_kind_is_refused_by_name(given: str, name: str) -> None:
    found = recognise(given)
    assert found is not None
    assert (found.kind, name in found.text) == ("foreign", True)


def test_an_evm_address_is_left_to_its_checksum() -> None:
    for given in (
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x52908400098527886E0F7030069857D2E4169Ee7",
        "0x12",
        "hello",
    ):
        assert recognise(given) is None


@pytest.mark.parametrize("given", [PHRASE * 100, "", [PHRASE], {"key": HEX}, 7])
def test_what_is_no_text_of_a_bounded_length_is_not_repeated_either(given: object) -> None:
    with pytest.raises(ValidationError) as refused:
        NewWallet.model_validate({"address": given})
    (problem,) = refused.value.errors()
    assert reason_of(problem) == "must be a text of 1 to 4,096 characters"
