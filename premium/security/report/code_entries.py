"""The catalogue of what a contract's code can do, beyond the first findings."""

from __future__ import annotations

from collections.abc import Mapping

from premium.security.report.entries import Entry, entry

_AVOID = "Do not send funds to this contract or approve it."
_WATCH = "Hold only what you can lose to this party, or wait until the power is given up or locked behind a timelock."
_REVOKE = "Do not approve this contract; take back what you have approved."

CODE_ENTRIES: Mapping[str, Entry] = {
    "whitelist": entry(
        "h",
        45,
        "Only marked accounts may move it",
        "A transfer succeeds for accounts alone that a privileged party has marked.",
        "Do not buy what you are not marked for: you could not sell it.",
    ),
    "sell_gate": entry(
        "h",
        50,
        "Transfers to one place have a condition of their own",
        "Sending to a certain address, such as the pool, has a condition that other transfers escape.",
        "Do not buy before a sale of yours has been simulated.",
    ),
    "cooldown": entry(
        "l",
        6,
        "A time must pass between transfers",
        "An account that has just received or sent must wait before it may send.",
        "Expect that you cannot sell at once.",
    ),
    "exempt_accounts": entry(
        "l",
        6,
        "Some accounts escape the rules of transfers",
        "Conditions that bind every holder do not bind accounts that the code or a privileged party names.",
        "Expect the exempt to sell while others cannot.",
    ),
    "balance_view": entry(
        "c",
        85,
        "Balances are shown that no transfer made",
        "The balance that it reports does not come from what was moved.",
        _AVOID,
    ),
    "hidden_owner": entry(
        "h", 40, "Another party than the owner has the powers", "The owner that it shows is not who decides.", _WATCH
    ),
    "ownership_regain": entry(
        "h",
        45,
        "Given-up ownership can be taken back",
        "After the ownership was renounced a party can have it again.",
        _WATCH,
    ),
    "open_call": entry(
        "c",
        85,
        "Anyone can make it call anything",
        "A function calls an address with data, both chosen by its caller, with all that it holds or is allowed.",
        _REVOKE,
    ),
    "privileged_call": entry(
        "h",
        40,
        "A privileged party can make it call anything",
        "A restricted function calls an address with data, both chosen by its caller.",
        _REVOKE,
    ),
    "pulls_allowances": entry(
        "h",
        45,
        "It moves tokens of those who approved it",
        "A function moves tokens of an account that neither called it nor signed.",
        _REVOKE,
    ),
    "forwards_ether": entry(
        "h",
        45,
        "Ether that it receives is sent on at once",
        "What arrives leaves for an address that you did not choose; as a delegate it empties the account.",
        "Do not send ether to it, and do not delegate your account to it.",
    ),
    "open_initializer": entry(
        "h",
        40,
        "Anyone may still initialise it",
        "The function that names the owner has not been used and asks nothing of its caller.",
        _AVOID,
    ),
    "signature_replay": entry(
        "h",
        40,
        "A signature can be used twice",
        "What was signed once is accepted again: nothing that changes with its use is part of it.",
        "Do not sign messages for this contract.",
    ),
    "environment_branch": entry(
        "m",
        25,
        "The block's producer, price or first sender decides",
        "Its behaviour hangs on coinbase, gas, gas price or the first sender: it can act otherwise when simulated.",
        "Do not trust a simulation of it.",
    ),
    "code_can_change": entry(
        "m",
        25,
        "The code at this address can become another",
        "Other code can come to stand here: by another delegation, or by destroying it and making it again.",
        "Look again before each use.",
    ),
    "selector_clash": entry(
        "h",
        40,
        "Two functions share a selector",
        "A function of the proxy hides one of the code behind it: what you call is not what you read.",
        _AVOID,
    ),
    "rebasing": entry(
        "l",
        4,
        "Balances change without a transfer",
        "The units that you see are computed from shares and a rate.",
        "Count shares, and expect receivers to differ by a unit.",
    ),
    "no_ledger": entry(
        "h",
        50,
        "A token that keeps no balances",
        "Its transfers succeed and report movements, and store nothing.",
        _AVOID,
    ),
    "impersonates": entry(
        "h", 50, "It bears a known token's symbol", "Another contract is the token of that name on this chain.", _AVOID
    ),
    "source_differs": entry(
        "h", 40, "The source is not that of the code", "Compiled, the source gives other code than stands here.", _AVOID
    ),
    "clone_of_listed": entry(
        "c", 90, "The same code as a listed contract", "A contract with this code is listed for harm.", _AVOID
    ),
}
