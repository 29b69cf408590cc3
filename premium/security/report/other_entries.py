"""The catalogue of what is simulated, measured, read in source, or known of addresses."""

from __future__ import annotations

from collections.abc import Mapping

from premium.security.report.entries import Entry, entry

_AVOID = "Do not send funds to this contract or approve it."
_REFUSE = "Do not sign this."
_READ = "Read the lines named, or have them read, before you rely on the contract."

OTHER_ENTRIES: Mapping[str, Entry] = {
    "reverts": entry(
        "l",
        6,
        "The transaction would fail",
        "In the simulation it reverted; the fee is spent all the same.",
        "Read the reason that it gave.",
    ),
    "outflow_unexplained": entry(
        "c",
        95,
        "Assets leave that the call does not name",
        "In the simulation something left you by another way than the call says.",
        _REFUSE,
    ),
    "nothing_back": entry(
        "h", 50, "Nothing comes back", "Value went to an unknown contract and nothing returned.", _REFUSE
    ),
    "allowance_left": entry(
        "m",
        25,
        "An allowance stays",
        "After the transaction somebody may still take tokens.",
        "Take the allowance back afterwards.",
    ),
    "authority_lost": entry(
        "c", 90, "You lose control", "After the transaction another party controls what was yours.", _REFUSE
    ),
    "false_event": entry(
        "h",
        45,
        "An event that is not true",
        "The contract reports a movement that the state does not bear out.",
        _AVOID,
    ),
    "environment_dependent": entry(
        "h",
        50,
        "It ends otherwise under other surroundings",
        "With another time, fee or block producer the end for you is different: what a simulator shows proves nothing.",
        _REFUSE,
    ),
    "state_fragile": entry(
        "m",
        25,
        "Somebody can change the end before it is included",
        "The end hangs on a value that another party can still set.",
        "Ask for the value to be fixed, or refuse.",
    ),
    "gas_excessive": entry(
        "l", 6, "It takes unusually much gas", "The fee may be far above what you expect.", "Set a gas limit."
    ),
    "trade_tax": entry(
        "l", 8, "A trade pays a small tax", "Less than a tenth is kept of a trade.", "Expect to receive less."
    ),
    "buy_tax_high": entry("h", 45, "Buying pays a high tax", "A tenth or more is kept of what is bought.", _AVOID),
    "sell_tax_high": entry("h", 50, "Selling pays a high tax", "A tenth or more is kept of what is sold.", _AVOID),
    "sell_limit": entry(
        "mh", 25, "Only a part can be sold", "The full balance cannot be sold at once.", "Sell in parts, or stay away."
    ),
    "trading_closed": entry("m", 20, "Trading is not open", "Nobody can trade yet.", "Wait until it is open."),
    "holders_trapped": entry(
        "c", 95, "Holders cannot sell", "Real holders' sales fail or lose, whatever a newcomer's do.", _AVOID
    ),
    "siphons": entry("c", 95, "It takes from wallets", "Tokens leave holders without a call of theirs.", _AVOID),
    "liquidity_thin": entry(
        "m", 20, "There is little to sell into", "A usual sale moves the price by much.", "Trade small amounts."
    ),
    "liquidity_removable": entry(
        "m",
        25,
        "The liquidity can be taken away",
        "The pool's tokens are with an account, or in a lock that opens for it.",
        "Hold only what you can lose.",
    ),
    "source_reentrancy": entry(
        "h",
        45,
        "A call before the books are right",
        "A called contract can call back before the state is written.",
        _READ,
    ),
    "source_access_control": entry(
        "h", 45, "A check of the caller is missing", "A function that should be restricted is not.", _READ
    ),
    "source_arithmetic": entry(
        "h", 40, "A number can wrap around", "A sum or product can leave its range unseen.", _READ
    ),
    "source_unchecked_low_level_calls": entry(
        "m", 25, "A failed call goes unseen", "The result of a call is not looked at.", _READ
    ),
    "source_denial_of_service": entry(
        "m", 25, "It can be made to stop", "Somebody can make the function fail for all.", _READ
    ),
    "source_bad_randomness": entry(
        "m", 25, "The chance can be foreseen", "Its randomness comes from what miners or callers know.", _READ
    ),
    "source_front_running": entry(
        "m", 20, "Who comes first wins", "The order of transactions decides, and others choose it.", _READ
    ),
    "source_time_manipulation": entry(
        "l", 8, "The time decides", "Block producers choose the time within bounds.", _READ
    ),
    "source_short_addresses": entry(
        "l", 8, "Short data are not refused", "Arguments cut short shift those behind them.", _READ
    ),
    "source_other": entry("l", 8, "Another fault in the source", "A fault outside of the usual kinds.", _READ),
    "sanctioned": entry(
        "c", 95, "The address is sanctioned", "Dealing with it may be a crime where you live.", _REFUSE
    ),
    "listed_address": entry(
        "c", 95, "The address is listed as harmful", "A list names it as a drainer, phisher or exploiter.", _REFUSE
    ),
    "mixer": entry(
        "m",
        25,
        "The address is a mixer",
        "Its funds hide where they came from; others may refuse yours afterwards.",
        "Know what follows for you before you deal with it.",
    ),
    "funded_by_listed": entry(
        "m", 25, "Its first funds came from a listed address", "Who paid for its start is listed as harm.", _AVOID
    ),
    "deployed_traps": entry(
        "h", 45, "It deployed traps", "The same address put contracts on the chain that trap.", _AVOID
    ),
    "address_new": entry("l", 6, "The address is new", "It has hardly any history.", "Check who it is."),
    "account_delegated": entry(
        "i", 0, "The account runs another's code", "An EIP-7702 delegation is set.", "See the delegate's findings."
    ),
    "allowance_open": entry("m", 20, "An allowance is open", "Somebody may still take tokens.", "Take it back."),
    "lookalike": entry(
        "h",
        45,
        "It imitates a known address",
        "It begins and ends like an address that you know.",
        "Compare every digit.",
    ),
    "opinion_other": entry(
        "i",
        0,
        "Another list has an opinion",
        "What another source says, beside our own findings.",
        "Weigh it yourself.",
    ),
    "clone_of_listed": entry(
        "c", 95, "It is a copy of a listed contract", "Its code is that of a contract listed as harmful.", _AVOID
    ),
}
