"""Balancer V2 on a test node: vault, factories of pools, gauges that mint, locks of votes.

Its gauges, gauge controller and VotingEscrow are Curve's own contracts with other neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode

from local.evm import Evm
from local.market.node import calldata
from premium.chains.addresses import keccak256
from tests.factories.contracts.deployment import account, deploy, send
from tests.factories.npm import artifacts
from tests.integration.portfolio.reader import ask

_PACKAGE, _ROOT = "@balancer-labs/v2-deployments", "dist/tasks"
_PATHS = [
    f"{_ROOT}/20210418-authorizer/bytecode/Authorizer.json",
    f"{_ROOT}/20210418-vault/bytecode/Vault.json",
    f"{_ROOT}/20210418-weighted-pool/bytecode/WeightedPoolFactory.json",
    f"{_ROOT}/deprecated/20210624-stable-pool/bytecode/StablePoolFactory.json",
    f"{_ROOT}/20220725-protocol-fee-percentages-provider/bytecode/ProtocolFeePercentagesProvider.json",
    f"{_ROOT}/20220906-composable-stable-pool/bytecode/ComposableStablePoolFactory.json",
    f"{_ROOT}/20220325-test-balancer-token/bytecode/TestBalancerToken.json",
    f"{_ROOT}/20220325-balancer-token-admin/bytecode/BalancerTokenAdmin.json",
    f"{_ROOT}/20220325-gauge-controller/bytecode/VotingEscrow.json",
    f"{_ROOT}/20220325-gauge-controller/bytecode/GaugeController.json",
    f"{_ROOT}/20220325-gauge-controller/bytecode/BalancerMinter.json",
    f"{_ROOT}/20220325-ve-delegation/bytecode/VotingEscrowDelegationProxy.json",
    f"{_ROOT}/20220822-mainnet-gauge-factory-v2/bytecode/LiquidityGaugeV5.json",
    f"{_ROOT}/20220822-mainnet-gauge-factory-v2/bytecode/LiquidityGaugeFactory.json",
]
_CREATED = {"0x" + keccak256(event).hex() for event in (b"PoolCreated(address)", b"GaugeCreated(address)")}
NOBODY, MOST = "0x" + "0" * 40, 2**256 - 1
JOIN = "joinPool(bytes32,address,address,(address[],uint256[],bytes,bool))"
EXIT = "exitPool(bytes32,address,address,(address[],uint256[],bytes,bool))"
SWAP = "swap((bytes32,uint8,address,address,uint256,bytes),(address,bool,address,bool),uint256,uint256)"


@dataclass
class Balancer:
    """The vault, its authorizer, and the code of what stands around it."""

    evm: Evm
    me: str
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    authorizer: str = ""
    vault: str = ""

    def do(self, target: str, signature: str, *arguments: Any, sender: str | None = None) -> None:
        send(self.evm, target, calldata(signature, *arguments), sender=sender or self.me)

    def deploy(self, name: str, types: tuple[str, ...] = (), *arguments: Any) -> str:
        return deploy(self.evm, bytes.fromhex(self.made[name]["creationCode"].removeprefix("0x")), types, arguments)

    def allow(self, target: str, signature: str) -> None:
        """Let us call a function that the authorizer guards."""
        action = ask(self.evm, target, "getActionId(bytes4)", "bytes32", keccak256(signature.encode())[:4])
        self.do(self.authorizer, "grantRole(bytes32,address)", action, self.me)

    def tokens(self, pool: str) -> tuple[list[str], list[int]]:
        """What the vault holds for a pool."""
        found = ask(self.evm, self.vault, "getPoolTokens(bytes32)", "address[],uint256[],uint256", self.id_of(pool))
        return list(found[0]), list(found[1])

    def id_of(self, pool: str) -> bytes:
        found: bytes = ask(self.evm, pool, "getPoolId()", "bytes32")
        return found

    def join(self, pool: str, words: bytes) -> None:
        tokens, _ = self.tokens(pool)
        request = (tokens, [MOST] * len(tokens), words, False)
        for token in tokens:
            if token.lower() != pool.lower():
                self.do(token, "approve(address,uint256)", self.vault, MOST)
        self.do(self.vault, JOIN, self.id_of(pool), self.me, self.me, request)

    def leave(self, pool: str, words: bytes) -> dict[str, int]:
        """Exit, and return what was paid by token."""
        tokens, _ = self.tokens(pool)
        before = self.held(tokens)
        self.do(self.vault, EXIT, self.id_of(pool), self.me, self.me, (tokens, [0] * len(tokens), words, False))
        return {token: after - before[token] for token, after in self.held(tokens).items() if after > before[token]}

    def held(self, tokens: list[str]) -> dict[str, int]:
        return {token: ask(self.evm, token, "balanceOf(address)", "uint256", self.me) for token in tokens}

    def trade(self, pool: str, source: str, target: str, units: int) -> None:
        step = (self.id_of(pool), 0, source, target, units, b"")
        self.do(self.vault, SWAP, step, (self.me, False, self.me, False), 0, MOST)


def build(evm: Evm) -> Balancer:
    """Build the vault; half of the fees of swaps are the protocol's."""
    made = Balancer(evm, account(evm), made=artifacts(_PACKAGE, *_PATHS))
    made.authorizer = made.deploy("Authorizer", ("address",), made.me)
    made.vault = made.deploy("Vault", ("address", "address", "uint256", "uint256"), made.authorizer, made.me, 0, 0)
    collector = ask(evm, made.vault, "getProtocolFeesCollector()", "address")
    made.allow(collector, "setSwapFeePercentage(uint256)")
    made.do(collector, "setSwapFeePercentage(uint256)", 5 * 10**17)
    return made


def created(made: Balancer, factory: str, signature: str, *arguments: Any) -> str:
    """Have a factory make something; return its address, as the factory's log tells it.

    A call asked of the newest block may be of a time before it, which these factories refuse.
    """
    receipt = send(made.evm, factory, calldata(signature, *arguments), sender=made.me)
    (said,) = [log for log in receipt["logs"] if log["topics"][0] in _CREATED]
    return "0x" + str(said["topics"][1])[-40:]


def words(types: tuple[str, ...], *values: Any) -> bytes:
    return encode(types, values)


@dataclass(frozen=True)
class Gauge:
    """A gauge of a token, and what it mints."""

    factory: str
    gauge: str
    minter: str
    reward: str
    lock: str
    locked: str


def gauge_of(made: Balancer, token: str, locked: str) -> Gauge:
    """Build a gauge that mints a token of its own from the next week on, and the lock of votes behind it."""
    reward = made.deploy("TestBalancerToken", ("address", "string", "string"), made.me, "Test", "BAL")
    admin = made.deploy("BalancerTokenAdmin", ("address", "address"), made.vault, reward)
    made.do(reward, "grantRole(bytes32,address)", bytes(32), admin)
    made.allow(admin, "activate()")
    made.do(admin, "activate()")
    lock = made.deploy("VotingEscrow", ("address", "string", "string", "address"), locked, "Votes", "VE", made.me)
    controller = made.deploy("GaugeController", ("address", "address"), lock, made.me)
    minter = made.deploy("BalancerMinter", ("address", "address"), admin, controller)
    action = ask(made.evm, admin, "getActionId(bytes4)", "bytes32", keccak256(b"mint(address,uint256)")[:4])
    made.do(made.authorizer, "grantRole(bytes32,address)", action, minter)
    boost = made.deploy("VotingEscrowDelegationProxy", ("address",) * 3, made.vault, lock, NOBODY)
    code = made.deploy("LiquidityGaugeV5", ("address",) * 3, minter, boost, made.me)
    factory = made.deploy("LiquidityGaugeFactory", ("address",), code)
    gauge = created(made, factory, "create(address,uint256)", token, 10**18)
    made.do(controller, "add_type(string,uint256)", "Ethereum", 10**18)
    made.do(controller, "add_gauge(address,int128,uint256)", gauge, 0, 10**18)
    return Gauge(factory, gauge, minter, reward, lock, locked)
