"""Scripts of a key's addresses, by the Bitcoin Development Kit.

For workers alone, since it is large.
"""

from __future__ import annotations

from bdkpython import Descriptor, DescriptorError, DescriptorKeyError, MiniscriptError, NetworkKind
from bdkpython import Network as BdkNetwork

from premium.chains.bitcoin.keys import Branch


class Derivation:
    """The addresses of one branch, by their number."""

    def __init__(self, branch: Branch) -> None:
        """Take a branch; ValueError for one that no addresses follow from."""
        self.branch = branch
        try:
            self._descriptor = Descriptor(branch.descriptor, NetworkKind.MAIN)
        except (DescriptorError, DescriptorKeyError, MiniscriptError) as error:
            # Its words may repeat the key.
            raise ValueError(f"no addresses follow from it: {type(error).__qualname__}") from None

    def scripts(self, first: int, count: int) -> list[bytes]:
        """Return the scripts of `count` addresses from number `first` on."""
        numbers = range(first, first + count) if self.branch.is_endless else range(first, min(first + count, 1))
        return [self._script(number) for number in numbers]

    def _script(self, number: int) -> bytes:
        return bytes(self._descriptor.derive_address(number, BdkNetwork.BITCOIN).script_pubkey().to_bytes())
