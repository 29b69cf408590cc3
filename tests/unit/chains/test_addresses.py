"""Addresses and asset keys: the vectors of EIP-55, and one form for every way of writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.chains.addresses import NATIVE, asset_key, checksum, split_key

pytestmark = pytest.mark.unit

EIP_55 = (
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())


@pytest.mark.parametrize("address", EIP_55)
def test_the_standards_vectors_hold_in_every_unmixed_spelling(address: str) -> None:
    assert checksum(address.lower()) == address
    assert checksum("0x" + address[2:].upper()) == address
    assert checksum(address) == address


@given(addresses, st.data())
def test_one_letter_in_the_wrong_case_is_refused(address: str, data: st.DataObject) -> None:
    right = checksum(address)
    letters = [i for i, c in enumerate(right) if i > 1 and c.isalpha()]
    if len(letters) < 3:
        return
    at = data.draw(st.sampled_from(letters))
    wrong = right[:at] + right[at].swapcase() + right[at + 1 :]
    if wrong[2:] in (wrong[2:].lower(), wrong[2:].upper()):
        return
    with pytest.raises(ValueError, match="mistyped"):
        checksum(wrong)


@pytest.mark.parametrize("text", ["", "0x", "0x12", EIP_55[0] + "0", EIP_55[0][2:], "0x" + "g" * 40, EIP_55[0] + "\n"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="40 hexadecimal"):
        checksum(text)


@given(addresses)
def test_keys_are_one_whatever_the_case_and_split_back(address: str) -> None:
    key = asset_key("Ethereum", checksum(address))
    assert key == asset_key(" ethereum ", address) == f"ethereum:{address}"
    assert split_key(key) == ("ethereum", checksum(address))


@pytest.mark.parametrize(
    "key", ["ethereum", "ethereum:0x12", f"Ethereum:{NATIVE}", f"ethereum:{EIP_55[2]}", f":{NATIVE}"]
)
def test_only_what_asset_key_writes_is_split(key: str) -> None:
    with pytest.raises(ValueError, match=r"asset key|hexadecimal|short name"):
        split_key(key)
