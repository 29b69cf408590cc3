"""The catalogue of findings: what each means to a holder and what to do."""

from __future__ import annotations

from typing import NamedTuple

from premium.security.report.call_entries import CALL_ENTRIES
from premium.security.report.code_entries import CODE_ENTRIES
from premium.security.report.other_entries import OTHER_ENTRIES


class FindingText(NamedTuple):
    """The words of a finding for the reader."""

    title: str
    meaning: str
    advice: str


_WATCH = "Hold only what you can lose to this party, or wait until the power is given up or locked behind a timelock."
_AVOID = "Do not send funds to this contract or approve it."

CATALOGUE: dict[str, FindingText] = {
    "mint": FindingText(
        "Supply can be increased",
        "A privileged party can create units out of nothing and dilute or sell into every holder.",
        _WATCH,
    ),
    "open_mint": FindingText(
        "Anyone can create units",
        "A function credits a balance with an amount the caller chooses and asks for nothing in return.",
        _AVOID,
    ),
    "confiscate": FindingText(
        "Balances can be taken", "A privileged party can reduce anyone's balance without an approval.", _AVOID
    ),
    "pause": FindingText(
        "Transfers can be stopped",
        "A privileged party can set the switch that every transfer checks; holders then cannot sell.",
        _WATCH,
    ),
    "blacklist": FindingText(
        "Accounts can be blocked", "A privileged party can mark an account so that its transfers fail.", _WATCH
    ),
    "transfer_limit": FindingText(
        "Transfers can be capped",
        "A privileged party sets the largest amount that may be moved, down to nothing.",
        _WATCH,
    ),
    "external_gate": FindingText(
        "Another contract decides on transfers",
        "Each transfer asks a contract that a privileged party can replace.",
        _WATCH,
    ),
    "fee_setting": FindingText(
        "The transfer fee can be changed",
        "A privileged party sets what part of each transfer the receiver does not get.",
        "Check the bound of the fee; without one, treat a transfer as able to lose everything.",
    ),
    "transfer_fee": FindingText(
        "Transfers cost a fee",
        "A receiver is credited less than the sender pays.",
        "Expect to receive less than is sent; routers need their fee-on-transfer variants.",
    ),
    "honeypot": FindingText(
        "It can be bought but not sold",
        "In a simulation on the chain's present state the purchase succeeded and the sale failed.",
        _AVOID,
    ),
    "hidden_tax": FindingText(
        "A trade loses more than the pool's fee",
        "In a simulation part of the amount vanished between sending and receiving.",
        "Compare the measured tax with what the project says.",
    ),
    "selfdestruct": FindingText(
        "The contract can be destroyed", "A privileged party can remove the code and take the ether it holds.", _WATCH
    ),
    "open_selfdestruct": FindingText(
        "Anyone can destroy the contract", "SELFDESTRUCT is reached without any check of the caller.", _AVOID
    ),
    "arbitrary_delegatecall": FindingText(
        "It can run any code as its own",
        "A restricted function delegates to an address given by its caller, who then controls storage and funds.",
        _WATCH,
    ),
    "open_delegatecall": FindingText(
        "Anyone can run any code as this contract",
        "A function delegates to an address that its caller chooses, without any check.",
        _AVOID,
    ),
    "upgradeable": FindingText(
        "The code can be replaced",
        "A privileged party can put other code behind this address, with any behaviour.",
        "Know who holds the upgrade right; prefer a timelock with a multisig.",
    ),
    "open_upgrade": FindingText(
        "Anyone can replace the code", "The variable that names the running code can be set without any check.", _AVOID
    ),
    "open_ownership": FindingText(
        "Anyone can become the owner",
        "The variable that decides who is privileged can be set without any check.",
        _AVOID,
    ),
    "tx_origin": FindingText(
        "tx.origin decides",
        "A check reads the transaction's first sender: a contract that the owner is lured into calling passes it.",
        "Owners must not call unknown contracts; others should know that the guard is weak.",
    ),
    "withdraw": FindingText(
        "Ether can be withdrawn",
        "A privileged party can send the contract's ether away.",
        "Do not leave ether in the contract beyond what its purpose needs.",
    ),
    "withdraw_tokens": FindingText(
        "Tokens can be withdrawn",
        "A privileged party can send tokens that the contract holds away.",
        "Do not leave tokens in the contract beyond what its purpose needs.",
    ),
    "opaque_proxy": FindingText(
        "The running code could not be read",
        "The contract delegates to code that could not be found, so nothing is known of its behaviour.",
        _AVOID,
    ),
    "code_opaque": FindingText(
        "Part of the code could not be read",
        "Some code runs that the scan could not follow: what it does to you is not known.",
        "Take the absence of findings as unproven; ask for the verified source.",
    ),
    "incomplete": FindingText(
        "Part of the code was not explored",
        "A function is too large for the scan's bound; findings in the rest stand.",
        "Treat the absence of findings as unproven for the functions named.",
    ),
    "owner_function": FindingText(
        "Functions reserved to a privileged party",
        "These functions change state and let only the named party call them.",
        "Read what they do before relying on the contract.",
    ),
    "proxy": FindingText(
        "The contract is a proxy",
        "Its behaviour is that of another contract's code on its own storage.",
        "Watch the implementation, not only this address.",
    ),
}
CATALOGUE |= {
    id_: FindingText(each.title, each.meaning, each.advice)
    for id_, each in (*CALL_ENTRIES.items(), *CODE_ENTRIES.items(), *OTHER_ENTRIES.items())
}
