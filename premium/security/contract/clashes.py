"""Functions of a proxy that hide those of the code behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.paths import MessageCall

_OF_PROXIES = frozenset(
    {0x5C60DA1B, 0xF851A440, 0x4555D5C9, 0x52D1902D, 0x8DA5CB5B, 0x59659E90, 0xA619486E, 0xAAF10F42}
)
"""Views by which proxies tell of themselves: implementation, admin, proxyType, proxiableUUID, owner, beacon, …"""


def kept_apart(proxy: CodeProfile) -> dict[int, int]:
    """Return functions that a proxy keeps an ordinary caller for, with their places.

    A transparent proxy passes on whoever is not its administrator: that hides nothing. Views by which a proxy tells of
    itself are its own.
    """
    entries = proxy.found.entries
    return {
        selector: entries[selector]
        for selector in sorted(entries)
        if not (_is_view_of_itself(proxy, selector) or _passes_on(proxy, selector))
    }


def clashes(proxy: Mapping[int, int], behind: Mapping[int, int]) -> Iterator[Signal]:
    """Find functions that a proxy keeps, and the code behind has as well."""
    for selector in sorted(proxy.keys() & behind.keys()):
        yield Signal("selector_clash", selector, proxy[selector])


def _is_view_of_itself(proxy: CodeProfile, selector: int) -> bool:
    paths = [path for path in proxy.found.paths if path.selector == selector]
    return selector in _OF_PROXIES and not any(path.effects for path in paths)


def _passes_on(proxy: CodeProfile, selector: int) -> bool:
    """Whether a caller without privilege comes to the code behind."""
    return any(
        isinstance(one, MessageCall) and one.opcode == op.DELEGATECALL
        for path in proxy.found.paths
        if path.selector == selector and not proxy.privileged(path)
        for one in path.effects
    )
