"""Networks of keys: what is one, which hold which, and whose an address is."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.networks import Network, admits, network_of, outside, subscriber_of

pytestmark = pytest.mark.unit
small = st.builds(
    lambda bits, start: ipaddress.ip_network((0xC0000200 | (start >> bits << bits), 32 - bits)),
    st.integers(0, 4),
    st.integers(0, 31),
)
"""Networks of the 32 addresses from 192.0.2.0."""


def test_an_ipv4_address_in_ipv6_is_that_address() -> None:
    assert network_of("::ffff:192.0.2.0/120") == network_of("192.0.2.0/24")
    assert subscriber_of("::ffff:192.0.2.1") == "192.0.2.1", "not one bucket for all of IPv4"
    assert subscriber_of("2001:db8::1") == subscriber_of("2001:db8::ffff") == "2001:db8::"
    assert subscriber_of("here") == "unknown"


def test_bits_behind_the_mask_are_named() -> None:
    with pytest.raises(ValueError, match=r"the network is 192\.0\.2\.0/24"):
        network_of("192.0.2.1/24")


@given(st.lists(small, min_size=1, max_size=4), st.lists(small, max_size=4))
def test_networks_lie_within_others_where_all_their_addresses_do(inner: list[Network], outer: list[Network]) -> None:
    held = {address for network in outer for address in network}
    assert outside(inner, outer) == [network for network in inner if not set(network) <= held]


@given(st.lists(small, max_size=4), st.integers(0, 31))
def test_an_address_is_admitted_where_a_network_has_it(networks: list[Network], last: int) -> None:
    source = f"192.0.2.{last}"
    assert admits(networks, source) == any(source in map(str, network) for network in networks)
    assert admits(networks, f"::ffff:{source}") == admits(networks, source)
    assert admits(None, source)
