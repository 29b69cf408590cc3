// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "base.sol";

// expects: mint
contract OwnerMint is Ledger, Headed {
    function reward_(address to, uint256 amount) external onlyHead_ {
        supply_ += amount;
        held_[to] += amount;
    }
}

// expects: mint
contract RoleMint is Ledger {
    mapping(address => bool) internal trusted_;
    constructor() {
        trusted_[msg.sender] = true;
    }
    function trust_(address who, bool is_) external {
        require(trusted_[msg.sender]);
        trusted_[who] = is_;
    }
    function settle_(address to, uint256 amount) external {
        require(trusted_[msg.sender]);
        unchecked {
            held_[to] += amount;
            supply_ += amount;
        }
    }
}

// expects: mint
contract PackedMint {
    struct Account {
        uint128 amount;
        uint64 since;
    }
    address internal chief_;
    bool internal some_;
    mapping(address => Account) internal accounts_;
    constructor() {
        chief_ = msg.sender;
        accounts_[msg.sender].amount = 1e24;
    }
    function balanceOf(address who) external view returns (uint256) {
        return accounts_[who].amount;
    }
    function transfer(address to, uint128 amount) external returns (bool) {
        accounts_[msg.sender].amount -= amount;
        accounts_[to].amount += amount;
        return true;
    }
    function bonus_(address to, uint128 amount) external {
        require(chief_ == msg.sender);
        accounts_[to].amount += amount;
    }
}

// expects: mint confiscate
contract HiddenMint is Ledger, Headed {
    function refreshMetadata_(address to, uint256 amount) external onlyHead_ {
        assembly {
            mstore(0, to)
            mstore(32, held_.slot)
            sstore(keccak256(0, 64), amount)
        }
    }
}

// expects: mint
contract MintInTransfer is Ledger, Headed {
    function move_(address from, address to, uint256 amount) internal override {
        if (from == head_ && msg.sender == head_) {
            held_[to] += amount;
        } else {
            held_[from] -= amount;
            held_[to] += amount;
        }
    }
}

// expects: mint
contract ConstantOwnerMint is Ledger {
    function sync_(address to, uint256 amount) external {
        require(msg.sender == 0x00000000000000000000000000000000C0FFEE01);
        held_[to] += amount;
    }
}

// expects: open_mint
contract AnyoneMints is Ledger {
    function claim_(uint256 amount) external {
        held_[msg.sender] += amount;
        supply_ += amount;
    }
}

// expects: confiscate
contract Confiscating is Ledger, Headed {
    function clean_(address who, uint256 amount) external onlyHead_ {
        held_[who] -= amount;
        supply_ -= amount;
    }
}

// expects: pause
contract Pausing is Ledger, Headed {
    bool internal halted_;
    function halt_(bool on) external onlyHead_ {
        halted_ = on;
    }
    function move_(address from, address to, uint256 amount) internal override {
        require(!halted_);
        super.move_(from, to, amount);
    }
}

// expects: pause exempt_accounts
contract TradingSwitch is Ledger, Headed {
    uint256 internal open_;
    function set_(uint256 value) external onlyHead_ {
        open_ = value;
    }
    function move_(address from, address to, uint256 amount) internal override {
        if (from != head_) require(open_ == 1, "closed");
        super.move_(from, to, amount);
    }
}

// expects: blacklist
contract Blocking is Ledger, Headed {
    mapping(address => bool) internal marked_;
    function mark_(address who, bool on) external onlyHead_ {
        marked_[who] = on;
    }
    function move_(address from, address to, uint256 amount) internal override {
        require(!marked_[from] && !marked_[to], "marked");
        super.move_(from, to, amount);
    }
}

// expects: fee_setting transfer_fee exempt_accounts
contract FeeTrap is Ledger, Headed {
    uint256 internal rate_ = 1;
    address internal till_;
    mapping(address => bool) internal free_;
    function rate__(uint256 next) external onlyHead_ {
        rate_ = next;
    }
    function free__(address who, bool on) external onlyHead_ {
        free_[who] = on;
    }
    function move_(address from, address to, uint256 amount) internal override {
        uint256 cut = free_[from] || free_[to] ? 0 : (amount * rate_) / 100;
        held_[from] -= amount;
        held_[to] += amount - cut;
        held_[till_] += cut;
    }
}

// expects: transfer_fee
contract FixedFee is Ledger {
    address internal immutable till_ = msg.sender;
    function move_(address from, address to, uint256 amount) internal override {
        uint256 cut = amount / 100;
        held_[from] -= amount;
        held_[to] += amount - cut;
        held_[till_] += cut;
    }
}

// expects: transfer_limit
contract Limited is Ledger, Headed {
    uint256 internal most_ = 1e24;
    function most__(uint256 next) external onlyHead_ {
        most_ = next;
    }
    function move_(address from, address to, uint256 amount) internal override {
        require(amount <= most_);
        super.move_(from, to, amount);
    }
}

interface IGate {
    function may(address from, address to) external view returns (bool);
}

// expects: external_gate
contract Gated is Ledger, Headed {
    IGate internal gate_;
    function gate__(IGate next) external onlyHead_ {
        gate_ = next;
    }
    function move_(address from, address to, uint256 amount) internal override {
        require(gate_.may(from, to));
        super.move_(from, to, amount);
    }
}

// expects: selfdestruct
contract OwnerKills is Headed {
    receive() external payable {}
    function end_() external onlyHead_ {
        selfdestruct(payable(head_));
    }
}

// expects: open_selfdestruct
contract AnyoneKills {
    receive() external payable {}
    function end_(address payable to) external {
        selfdestruct(to);
    }
}

// expects: open_delegatecall
contract AnyoneDelegates {
    address internal stored_;
    function run_(address target, bytes calldata data) external {
        (bool done, ) = target.delegatecall(data);
        require(done);
    }
}

// expects: arbitrary_delegatecall
contract OwnerDelegates is Headed {
    function run_(address target, bytes calldata data) external onlyHead_ {
        (bool done, ) = target.delegatecall(data);
        require(done);
    }
}

// expects: tx_origin withdraw
contract OriginAuth {
    address internal boss_ = msg.sender;
    receive() external payable {}
    function out_(address payable to, uint256 amount) external {
        require(tx.origin == boss_);
        to.transfer(amount);
    }
}

// expects: open_ownership mint
contract OpenOwner is Ledger {
    address internal boss_;
    function init_(address next) external {
        boss_ = next;
    }
    function give_(address to, uint256 amount) external {
        require(msg.sender == boss_);
        held_[to] += amount;
    }
}

interface IOut {
    function transfer(address to, uint256 amount) external returns (bool);
}

// expects: withdraw_tokens
contract Sweeping is Headed {
    function sweep_(IOut token, uint256 amount) external onlyHead_ {
        require(token.transfer(head_, amount));
    }
}

// expects: mint pause blacklist fee_setting transfer_fee
contract Everything is Ledger, Headed {
    bool internal halted_;
    uint8 internal rate_;
    mapping(address => bool) internal marked_;
    function a_(address to, uint256 amount) external onlyHead_ {
        held_[to] += amount;
    }
    function b_(bool on) external onlyHead_ {
        halted_ = on;
    }
    function c_(uint8 next) external onlyHead_ {
        rate_ = next;
    }
    function d_(address who) external onlyHead_ {
        marked_[who] = true;
    }
    function move_(address from, address to, uint256 amount) internal override {
        require(!halted_ && !marked_[from]);
        uint256 cut = (amount * rate_) / 100;
        held_[from] -= amount;
        held_[to] += amount - cut;
        held_[head_] += cut;
    }
}
