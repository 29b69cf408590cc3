"""LiteSVM with Solana's own programs: wallets, mints of every kind that is read, token accounts and stakes."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from solders.account import Account
from solders.clock import Clock
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, TransferParams, create_account, transfer
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
STAKE = Pubkey.from_string("Stake11111111111111111111111111111111111111")
VOTE = Pubkey.from_string("Vote111111111111111111111111111111111111111")
WRAPPED = Pubkey.from_string("So11111111111111111111111111111111111111112")
CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
HISTORY = Pubkey.from_string("SysvarStakeHistory1111111111111111111111111")
CONFIG = Pubkey.from_string("StakeConfig11111111111111111111111111111111")
RENT = Pubkey.from_string("SysvarRent111111111111111111111111111111111")
SOL = 10**9
FEE, INTEREST, SCALED = 1, 10, 25
"""Types of extensions of mints."""
_BYTES = {FEE: 108, INTEREST: 52, SCALED: 56}


class Held(NamedTuple):
    """An account's coin; of a token's the mint, the owner and the units."""

    lamports: int
    token: tuple[str, str, int] | None


class Signed(NamedTuple):
    """A transaction that was carried out, with its accounts before and after."""

    name: str
    keys: tuple[Pubkey, ...]
    slot: int
    unix: int
    fee: int
    before: list[Held]
    after: list[Held]


def _token(account: Account | None) -> tuple[str, str, int] | None:
    if account is None or account.owner not in {TOKEN, TOKEN_2022} or len(account.data) < 165:
        return None
    mint, owner = (str(Pubkey.from_bytes(account.data[start : start + 32])) for start in (0, 32))
    return mint, owner, int.from_bytes(account.data[64:72], "little")


class Refused(Exception):
    """The runtime refused a transaction."""


class Cluster:
    """A runtime with a payer, and what tests do in it."""

    def __init__(self) -> None:
        self.svm = LiteSVM()
        self.payer = Keypair()
        self.svm.airdrop(self.payer.pubkey(), 1_000 * SOL)
        self.known: set[Pubkey] = set()
        """Accounts that a list of all would show."""
        self.signed: list[Signed] = []

    def send(self, *steps: Instruction, signers: tuple[Keypair, ...] = ()) -> Any:
        self.svm.expire_blockhash()
        message = Message(list(steps), self.payer.pubkey())
        made = Transaction([self.payer, *signers], message, self.svm.latest_blockhash())
        keys, now = tuple(message.account_keys), self.svm.get_clock()
        before = self._state(keys)
        said = self.svm.send_transaction(made)
        if isinstance(said, FailedTransactionMetadata):
            raise Refused(f"{said.err()}: {said.meta().logs()[-3:]}")
        ends = (before, self._state(keys))
        self.signed.append(Signed(str(said.signature()), keys, now.slot, now.unix_timestamp, said.fee(), *ends))
        return said

    def _state(self, keys: tuple[Pubkey, ...]) -> list[Held]:
        accounts = [self.svm.get_account(key) for key in keys]
        return [Held(0 if each is None else each.lamports, _token(each)) for each in accounts]

    def pay(self, to: Pubkey, lamports: int) -> None:
        self.send(transfer(TransferParams(from_pubkey=self.payer.pubkey(), to_pubkey=to, lamports=lamports)))

    def account(self, size: int, owner: Pubkey, lamports: int | None = None) -> tuple[Keypair, Instruction]:
        made, rent = Keypair(), self.svm.minimum_balance_for_rent_exemption(size)
        self.known.add(made.pubkey())
        step = create_account(
            CreateAccountParams(
                from_pubkey=self.payer.pubkey(),
                to_pubkey=made.pubkey(),
                lamports=rent if lamports is None else lamports,
                space=size,
                owner=owner,
            )
        )
        return made, step

    def mint(
        self, decimals: int = 6, *, program: Pubkey = TOKEN, extension: int | None = None, told: bytes = b""
    ) -> Pubkey:
        """Make a mint, with one extension, whose instruction's bytes are `told`."""
        size = 82 if extension is None else 166 + 4 + _BYTES[extension]
        made, step = self.account(size, program)
        steps = [step]
        if extension is not None:
            steps.append(Instruction(program, told, [AccountMeta(made.pubkey(), False, True)]))
        body = bytes([20, decimals]) + bytes(self.payer.pubkey()) + b"\0"
        steps.append(Instruction(program, body, [AccountMeta(made.pubkey(), False, True)]))
        self.send(*steps, signers=(made,))
        return made.pubkey()

    def hold(self, owner: Pubkey, mint: Pubkey, *, program: Pubkey = TOKEN, extra: int = 0) -> Pubkey:
        """Open an account of a mint for an owner."""
        made, step = self.account(165 + extra, program)
        opened = Instruction(
            program,
            bytes([18]) + bytes(owner),
            [AccountMeta(made.pubkey(), False, True), AccountMeta(mint, False, False)],
        )
        self.send(step, opened, signers=(made,))
        return made.pubkey()

    def give(self, account: Pubkey, mint: Pubkey, amount: int, *, program: Pubkey = TOKEN) -> None:
        metas = [
            AccountMeta(mint, False, True),
            AccountMeta(account, False, True),
            AccountMeta(self.payer.pubkey(), True, False),
        ]
        self.send(Instruction(program, bytes([7]) + struct.pack("<Q", amount), metas))

    def shown(self, mint: Pubkey, amount: int, *, program: Pubkey = TOKEN_2022) -> str:
        """What the program itself says that an amount is shown as."""
        step = Instruction(program, bytes([23]) + struct.pack("<Q", amount), [AccountMeta(mint, False, False)])
        return bytes(self.send(step).return_data().data).decode()

    def at(self, *, unix: int | None = None, epoch: int | None = None, slot: int | None = None) -> None:
        now = self.svm.get_clock()
        self.svm.set_clock(
            Clock(
                now.slot if slot is None else slot,
                now.epoch_start_timestamp,
                now.epoch if epoch is None else epoch,
                now.leader_schedule_epoch,
                now.unix_timestamp if unix is None else unix,
            )
        )

    def put(self, key: Pubkey, data: bytes, owner: Pubkey, lamports: int | None = None) -> None:
        """Write an account as a program would have left it."""
        rent = self.svm.minimum_balance_for_rent_exemption(len(data))
        self.known.add(key)
        self.svm.set_account(key, Account(rent if lamports is None else lamports, data, owner))

    def history(self, entries: dict[int, tuple[int, int, int]]) -> None:
        """Write the history of all stakes: what works, begins and ends to."""
        rows = sorted(entries.items(), reverse=True)
        data = struct.pack("<Q", len(rows)) + b"".join(struct.pack("<QQQQ", epoch, *row) for epoch, row in rows)
        owner = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")
        self.svm.set_account(HISTORY, Account(10**9, data.ljust(16_392, b"\0"), owner))

    def stake(
        self,
        owner: Pubkey,
        lamports: int,
        *,
        delegated: int,
        activated: int,
        deactivated: int = 2**64 - 1,
        locked_until: int = 0,
    ) -> Pubkey:
        """Write a stake account as the stake program leaves it."""
        key, rent = Keypair().pubkey(), self.svm.minimum_balance_for_rent_exemption(200)
        meta = struct.pack("<Q", rent) + bytes(owner) * 2 + struct.pack("<qQ", locked_until, 0) + bytes(32)
        body = bytes(Keypair().pubkey()) + struct.pack("<QQQdQ", delegated, activated, deactivated, 0.25, 0) + b"\0"
        state = 2 if delegated else 1
        data = struct.pack("<I", state) + meta + (body if delegated else b"")
        self.put(key, data.ljust(200, b"\0"), STAKE, lamports)
        return key

    def withdraw(self, stake: Pubkey, owner: Keypair, lamports: int) -> None:
        metas = [
            AccountMeta(stake, False, True),
            AccountMeta(self.payer.pubkey(), False, True),
            AccountMeta(CLOCK, False, False),
            AccountMeta(HISTORY, False, False),
            AccountMeta(owner.pubkey(), True, False),
        ]
        self.send(Instruction(STAKE, struct.pack("<IQ", 4, lamports), metas), signers=(owner,))
