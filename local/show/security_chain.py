"""The chain's side of the show of security: a wallet, and contracts made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from eth_abi.abi import encode

from local.evm import Evm
from local.market import Market
from local.market.build import account
from local.market.node import ETHER, Account, Node, calldata
from local.show import security_sources as sources
from premium.chains.addresses import checksum, keccak256
from premium.security.compilers.languages import compiled

FOREVER = 2**64
_BUY = "swapExactETHForTokens(uint256,address[],address,uint256)"
_ADD = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
_PROXY = ("address", "address", "bytes")


@dataclass(frozen=True)
class Ground:
    """The wallet, somebody who deploys, and the chain."""

    evm: Evm
    market: Market
    node: Node
    own: Account
    maker: Account

    @classmethod
    def new(cls, evm: Evm, market: Market) -> Ground:
        """Return a wallet and a maker that nobody has used, with coin."""
        node, run = Node(evm.url), uuid4()
        made = [account(f"{role} {run}") for role in ("signer", "maker")]
        for address in made:
            node.call("anvil_setBalance", address, hex(1000 * ETHER))
        return cls(evm, market, node, *(Account(node, address) for address in made))

    @property
    def wallet(self) -> str:
        """The wallet that is asked to sign."""
        return self.own.address

    def stranger(self) -> str:
        """Return an address that nobody has used."""
        return account(f"stranger {uuid4()}")

    def deploy(self, text: str, name: str, types: tuple[str, ...] = (), *given: Any) -> str:
        """Compile a contract of Solidity or Vyper, deploy it, return its address."""
        path = f"{name}.vy" if text.startswith("#") else f"{name}.sol"
        made = compiled({path: text}, {"optimizer": {"enabled": True}} if path.endswith("sol") else {}, code=True)
        code = bytes.fromhex(made.output["contracts"][path][name]["evm"]["bytecode"]["object"])
        return self.maker.create(code + encode(types, given))

    def pays(self, friend: str) -> None:
        """Buy dollars, and send some to a friend."""
        path = [self.market.weth, self.market.usd]
        self.own.do(self.market.v2_router, _BUY, 0, path, self.wallet, FOREVER, value=10 * ETHER)
        self.own.do(self.market.usd, "transfer(address,uint256)", friend, 100 * ETHER)

    def approves(self, *spenders: str) -> None:
        """Let others take dollars without a bound."""
        for each in spenders:
            self.own.do(self.market.usd, "approve(address,uint256)", each, 2**256 - 1)

    def rocket(self) -> str:
        """List a token, have it bought, and hold its buyers fast."""
        token = self.deploy(sources.NEWCOMER, "Rocket")
        self.maker.do(token, "approve(address,uint256)", self.market.v2_router, 2**256 - 1)
        self.maker.do(
            self.market.v2_router, _ADD, token, 500_000 * ETHER, 0, 0, self.maker.address, FOREVER, value=50 * ETHER
        )
        for number in range(4):
            buyer = Account(self.node, account(f"buyer {number} {token}"))
            self.node.call("anvil_setBalance", buyer.address, hex(10 * ETHER))
            path = [self.market.weth, token]
            buyer.do(self.market.v2_router, _BUY, 0, path, buyer.address, FOREVER, value=ETHER)
            self.maker.do(token, "stick(address)", buyer.address)
        return token

    def stable(self) -> tuple[str, str, str]:
        """Put up a stablecoin behind a proxy; return proxy, administrator, implementation."""
        code = self.deploy(sources.STABLE_FIRST, "Stable")
        admin = self.maker.deploy("ProxyAdmin")
        start = calldata("start(address)", self.maker.address)
        proxy = self.maker.deploy("TransparentUpgradeableProxy", _PROXY, code, admin, start)
        self.maker.do(proxy, "mint(address,uint256)", self.wallet, 5_000 * 10**6)
        self.own.do(proxy, "approve(address,uint256)", self.market.v2_router, 5_000 * 10**6)
        return proxy, admin, code

    def upgrades(self, proxy: str, admin: str) -> str:
        """Put other code behind a proxy; return where it stands."""
        code = self.deploy(sources.STABLE_SECOND, "Stable")
        self.maker.do(admin, "upgrade(address,address)", proxy, code)
        return code

    def code_hash(self, address: str) -> str:
        """Return the hash of an address's code."""
        code = bytes.fromhex(self.node.call("eth_getCode", address, "latest")[2:])
        return f"0x{keccak256(code).hex()}"


def imitation(of: str) -> str:
    """Return an address with both ends of another."""
    return checksum(f"{of[:8]}{keccak256(of.encode()).hex()[:28]}{of[-6:]}".lower())


def own_batch(*calls: tuple[str, int, bytes]) -> bytes:
    """Return calldata of ERC-7821, by which an account runs several calls."""
    mode = b"\x01" + bytes(31)
    return calldata("execute(bytes32,bytes)", mode, encode(["(address,uint256,bytes)[]"], [list(calls)]))


def typed(primary: str, types: Mapping[str, str], domain: Mapping[str, Any], message: Mapping[str, Any]) -> Any:
    """Return typed data (EIP-712); `types` are lines such as `address owner, uint256 value`."""
    kinds = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}
    every = {"EIP712Domain": ", ".join(f"{kinds[each]} {each}" for each in domain), **types}
    fields = {
        name: [dict(zip(("type", "name"), part.split(), strict=True)) for part in text.split(", ")]
        for name, text in every.items()
    }
    return {"types": fields, "primaryType": primary, "domain": dict(domain), "message": dict(message)}
