// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

abstract contract Held {
    uint256 public totalSupply; mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance; address internal chief_ = msg.sender;
    constructor() { totalSupply = balanceOf[msg.sender] = 1e24; }
    modifier only_() { require(msg.sender == chief_); _; }
    function approve(address s, uint256 v) external returns (bool) { allowance[msg.sender][s] = v; return true; }
    function transfer(address to, uint256 v) external returns (bool) { move_(msg.sender, to, v); return true; }
    function transferFrom(address f, address to, uint256 v) external returns (bool) {
        allowance[f][msg.sender] -= v;
        move_(f, to, v);
        return true;
    }
    function move_(address f, address to, uint256 v) internal virtual { balanceOf[f] -= v; unchecked { balanceOf[to] += v; } }
}

// expects: open_mint
contract LockedGift is Held {
    bool busy_; modifier lock_() { require(!busy_); busy_ = true; _; busy_ = false; }
    function gift_(uint256 v) external lock_ { balanceOf[msg.sender] += v; totalSupply += v; }
}
// expects: open_mint
contract CountedLockGift is Held {
    uint256 state_ = 1; modifier lock_() { require(state_ == 1); state_ = 2; _; state_ = 1; }
    function gift_(uint256 v) external lock_ { balanceOf[msg.sender] += v; totalSupply += v; }
}
// expects:
contract GivenOnce is Held { bool done_; function start_() external { require(!done_); done_ = true; balanceOf[chief_] += 5; } }
// expects: confiscate
contract AnyoneBurns is Held { function wipe_(address a, uint256 v) external { balanceOf[a] -= v; totalSupply -= v; } }
// expects:
contract BurnsHisOwn is Held { function wipe_(uint256 v) external { balanceOf[msg.sender] -= v; totalSupply -= v; } }
// expects: mint, confiscate
contract ChiefWrites is Held { function put_(address a, uint256 v) external only_ { balanceOf[a] = v; } }
// expects: mint
contract ChiefFillsEmpty is Held { function put_(address a, uint256 v) external only_ { require(balanceOf[a] == 0); balanceOf[a] = v; } }
// expects: whitelist
contract MarkedMove is Held {
    mapping(address => bool) in_;
    function admit_(address a) external only_ { in_[a] = true; }
    function move_(address f, address to, uint256 v) internal override { require(in_[f]); super.move_(f, to, v); }
}
// expects: blacklist
contract FrozenUntil is Held {
    mapping(address => uint256) until_;
    function freeze_(address a, uint256 t) external only_ { until_[a] = t; }
    function move_(address f, address to, uint256 v) internal override { require(block.timestamp > until_[f]); super.move_(f, to, v); }
}
interface IAsked { function may(address a) external view returns (bool); }
// expects: external_gate
contract AsksTheSame is Held {
    IAsked asked_ = IAsked(address(7777));
    function move_(address f, address to, uint256 v) internal override { require(asked_.may(f)); super.move_(f, to, v); }
}
// expects: transfer_fee, exempt_accounts
contract SparesSome is Held {
    mapping(address => bool) spared_;
    function spare_(address a) external only_ { spared_[a] = true; }
    function move_(address f, address to, uint256 v) internal override {
        if (!spared_[f]) { super.move_(f, chief_, v / 40); v -= v / 40; }
        super.move_(f, to, v);
    }
}
// expects: transfer_fee
contract SparesNobody is Held {
    function move_(address f, address to, uint256 v) internal override { super.move_(f, chief_, v / 40); super.move_(f, to, v - v / 40); }
}
// expects:
contract Offered is Held {
    address next_;
    function offer_(address a) external only_ { next_ = a; }
    function accept_() external { require(msg.sender == next_); chief_ = next_; next_ = address(0); }
}
// expects:
contract NotesTheLast is Held {
    address last_;
    function move_(address f, address to, uint256 v) internal override { if (msg.sender != last_) last_ = msg.sender; super.move_(f, to, v); }
}
// expects:
contract ManyAtOnce is Held { function many_(address[] memory to, uint256 v) external { for (uint256 i; i < to.length; ++i) move_(msg.sender, to[i], v); } }
// expects:
contract SignedMover is Held {
    address constant MOVER_ = 0x000000000022D473030F116dDEE9F6B43aC78BA3;
    function carry_(address f, address to, uint256 v) external { require(msg.sender == MOVER_); move_(f, to, v); }
}
// expects: confiscate
contract FixedMover is Held {
    address constant MOVER_ = 0x000000000022d473030f116ddee9f6b43AC78bA4;
    function carry_(address f, address to, uint256 v) external { require(msg.sender == MOVER_); move_(f, to, v); }
}
// expects:
contract ItselfAlone is Held {
    function add_(address a, uint256 v) external { require(msg.sender == address(this)); balanceOf[a] += v; }
    function pay_() external payable { this.add_(msg.sender, msg.value); }
}
// expects: mint, privileged_call
contract ItselfByChief is Held {
    function add_(address a, uint256 v) external { require(msg.sender == address(this)); balanceOf[a] += v; }
    function run_(address a, bytes calldata d) external only_ { (bool ok, ) = a.call(d); require(ok); }
}

// expects: balance_view
contract ShowsAGift {
    uint256 public totalSupply; mapping(address => uint256) held_; uint256 gift_; address chief_ = msg.sender;
    function balanceOf(address a) external view returns (uint256) { return held_[a] + gift_; }
    function cheer_(uint256 v) external { require(msg.sender == chief_); gift_ = v; }
    function transfer(address to, uint256 v) external returns (bool) { held_[msg.sender] -= v; held_[to] += v; return true; }
}
// expects: blacklist
contract MarkBeside {
    struct Account_ { uint128 held; uint64 at; bool bad; }
    uint256 public totalSupply; mapping(address => Account_) accounts_; address chief_ = msg.sender;
    function balanceOf(address a) external view returns (uint256) { return accounts_[a].held; }
    function mark_(address a, bool b) external { require(msg.sender == chief_); accounts_[a].bad = b; }
    function transfer(address to, uint256 v) external returns (bool) {
        require(!accounts_[msg.sender].bad);
        accounts_[msg.sender].held -= uint128(v); accounts_[to].held += uint128(v); return true;
    }
}
// expects: cooldown
contract TimeBeside {
    struct Account_ { uint128 held; uint64 at; bool bad; }
    uint256 public totalSupply; mapping(address => Account_) accounts_;
    function balanceOf(address a) external view returns (uint256) { return accounts_[a].held; }
    function transfer(address to, uint256 v) external returns (bool) {
        require(block.timestamp > accounts_[msg.sender].at + 30);
        accounts_[msg.sender].at = uint64(block.timestamp);
        accounts_[msg.sender].held -= uint128(v); accounts_[to].held += uint128(v); return true;
    }
}
