"""The catalogue of calls and messages: what each finding means and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from premium.security.report.entries import Entry, entry

_CHECK = "Check who this is, by a source of your own, before you sign."
_REFUSE = "Do not sign this."
_LESS = "Allow only what this act needs, and take it back afterwards."

CALL_ENTRIES: Mapping[str, Entry] = {
    "approval_unlimited": entry(
        "hm",
        45,
        "An allowance without a bound",
        "The spender may take all of this token that you have now or later, without another signature.",
        _LESS,
    ),
    "approval_all": entry(
        "hm",
        50,
        "An operator of a whole collection",
        "The operator may move every unit of the collection that you have now or later.",
        _LESS,
    ),
    "spender_unknown": entry(
        "m", 25, "The spender is not known", "Nothing is known of the address that may take the tokens.", _CHECK
    ),
    "spender_account": entry(
        "h",
        45,
        "The spender is a plain account",
        "The spender has no code of its own: a person's key takes the tokens, as no protocol needs.",
        _REFUSE,
    ),
    "spender_new": entry(
        "m",
        25,
        "The spender is a few days old",
        "The contract that may take the tokens was deployed less than seven days ago.",
        _CHECK,
    ),
    "permit_signature": entry(
        "l",
        6,
        "An allowance by signature",
        "The signature gives an allowance that anyone may bring to the chain, without a transaction of yours.",
        "Sign it only on the page that you meant to use.",
    ),
    "transfer_signature": entry(
        "ml",
        25,
        "A signature that moves assets",
        "Whoever holds this signature can move the assets named in it.",
        _CHECK,
    ),
    "order_gives_away": entry(
        "c",
        90,
        "What you give is worth far more than what returns",
        "By this order your assets go for nothing, or for much less than their worth.",
        _REFUSE,
    ),
    "order_recipient_other": entry(
        "h",
        45,
        "The proceeds of the order go to somebody else",
        "What is paid for your assets goes, mostly, to another address than yours.",
        _REFUSE,
    ),
    "deadline_far": entry(
        "l",
        6,
        "It stays valid for long",
        "The signature or swap can be used long after you have forgotten it.",
        "Ask for a deadline of minutes or days.",
    ),
    "minimum_zero": entry(
        "m",
        25,
        "The swap takes any price",
        "Nothing bounds what must come back: whoever orders transactions can take nearly all of it.",
        "Set a minimum.",
    ),
    "price_bad": entry(
        "mh",
        30,
        "The price is far below the market",
        "At the prices known the least that must come back is worth much less than what you pay.",
        "Ask for another quote, or a smaller slippage.",
    ),
    "pulls_from_other": entry(
        "m",
        25,
        "It moves a third party's assets",
        "The call takes from an address that is neither yours nor the sender.",
        _CHECK,
    ),
    "transfer_zero": entry(
        "lm",
        6,
        "A transfer of nothing",
        "No unit moves: such transfers put an address into histories, from where it is copied by mistake.",
        "Do not copy addresses from your history.",
    ),
    "nft_leaves": entry("l", 6, "An NFT leaves you", "The NFT is somebody else's afterwards.", "Check the recipient."),
    "balance_all": entry(
        "l", 6, "All that you have of it leaves", "The amount is your full balance.", "Check the recipient."
    ),
    "recipient_zero": entry("h", 45, "It goes to the zero address", "What is sent there is lost for ever.", _REFUSE),
    "recipient_token": entry(
        "h",
        45,
        "It goes to a token's own contract",
        "Tokens sent to a token's contract are lost in nearly all cases.",
        _REFUSE,
    ),
    "recipient_lookalike": entry(
        "h",
        50,
        "The address imitates one that you know",
        "It begins and ends like a known address and is another: such addresses are made to be copied by mistake.",
        "Compare every digit with the address that you mean.",
    ),
    "recipient_other": entry(
        "m", 25, "The proceeds go to somebody else", "What the call gives goes to another address than yours.", _CHECK
    ),
    "value_to_unknown": entry(
        "m",
        25,
        "Value goes along to an unknown contract",
        "The call sends the chain's coin to a contract of which nothing is known.",
        _CHECK,
    ),
    "name_deceptive": entry(
        "h",
        50,
        "The function's name is a bait",
        "It is called like a claim or an update, and takes value from you.",
        _REFUSE,
    ),
    "ownership_given": entry("hm", 45, "Ownership is given away", "Another address will control the contract.", _CHECK),
    "role_given": entry("h", 40, "A role is given", "Another address gets a power over the contract.", _CHECK),
    "upgrade_call": entry("h", 40, "Code is replaced", "The contract will run other code from now on.", _CHECK),
    "wallet_takeover": entry(
        "c",
        90,
        "The wallet's own control changes",
        "Owners, threshold, code, modules or guards of the wallet are set: with them everything in it can be taken.",
        "Sign only if this very change is what you mean to do.",
    ),
    "delegatecall_inside": entry(
        "cl",
        85,
        "Foreign code runs as the wallet",
        "A delegate call lets another contract's code act as the wallet, with its storage and assets.",
        _REFUSE,
    ),
    "nested_calls": entry(
        "i", 0, "Calls inside the call", "The call makes others; each was judged by itself.", "Read each."
    ),
    "function_unknown": entry(
        "l",
        6,
        "The function is not known",
        "No description of this function fits, so what it does is not known.",
        _CHECK,
    ),
    "target_account": entry(
        "m",
        20,
        "Data are sent to a plain account",
        "The target has no code: the data do nothing there, and value is simply given.",
        _CHECK,
    ),
    "chain_other": entry(
        "h", 45, "It is for another chain", "It is for another chain than the one that your wallet shows.", _REFUSE
    ),
    "calldata_malformed": entry(
        "m",
        25,
        "The data are malformed",
        "Padding, lengths or offsets are not as any encoder makes them; what a contract reads is uncertain.",
        _REFUSE,
    ),
    "calldata_noncanonical": entry(
        "h",
        45,
        "The data can be read in two ways",
        "Parts overlap or stand in another order: a viewer and the contract may read different things.",
        _REFUSE,
    ),
    "calldata_trailing": entry(
        "l",
        6,
        "Bytes stand after the end",
        "More bytes came than the function takes; contracts mostly pass them over.",
        "None, if the rest is as you mean it.",
    ),
    "message_ambiguous": entry(
        "m",
        25,
        "The message can be hashed in two ways",
        "Signers may read different things from it, as fields or types do not fit.",
        _REFUSE,
    ),
    "message_unknown": entry(
        "i",
        0,
        "The message is of no known kind",
        "What a signature under it allows is not known.",
        "Sign it only where you know what it is for.",
    ),
    "domain_unverified": entry(
        "m",
        20,
        "The message's contract is not known",
        "Nothing confirms that the contract named in the message is the one it claims to be.",
        _CHECK,
    ),
    "blind_hash": entry(
        "h",
        50,
        "A hash is signed without its content",
        "Behind the hash can stand anything: a transfer, an order, an allowance.",
        _REFUSE,
    ),
    "login_domain_other": entry(
        "h",
        50,
        "The login is for another site",
        "The text logs in to another site than the one that asks for the signature.",
        _REFUSE,
    ),
    "delegation_code": entry(
        "hl",
        50,
        "Your account gets another's code",
        "From then on the delegate's code acts as your account, with all that it holds.",
        _REFUSE,
    ),
    "delegation_all_chains": entry(
        "h",
        45,
        "The delegation holds on every chain",
        "The authorisation has the chain id 0: it can be used on each chain where its nonce fits.",
        _REFUSE,
    ),
    "paymaster_unknown": entry(
        "l",
        6,
        "The paymaster is not known",
        "Somebody unknown pays for the operation, and may charge you in tokens for it.",
        _CHECK,
    ),
    "creates_contract": entry("i", 0, "A contract is made", "The call puts a new contract on the chain.", "None."),
    "origin_listed": entry(
        "c",
        95,
        "The site is listed as harmful",
        "The page that asks is on a list of phishing sites.",
        "Leave the page.",
    ),
    "origin_lookalike": entry(
        "h",
        50,
        "The site imitates a known one",
        "The page's name looks like that of a known protocol and is another.",
        "Leave the page.",
    ),
}
