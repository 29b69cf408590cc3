// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// As little of a token as has balances: compiling many in three builds takes its time.
abstract contract Small {
    mapping(address => uint256) internal held_;
    constructor() { held_[msg.sender] = 1e24; }
    function balanceOf(address who) external view returns (uint256) { return held_[who]; }
    function transfer(address to, uint256 n) external returns (bool) { move_(msg.sender, to, n); return true; }
    function move_(address a, address b, uint256 n) internal virtual { held_[a] -= n; held_[b] += n; }
}

// An owner as ERC-173 shows one; what is hidden stands beside it.
abstract contract Shown is Small {
    address internal owner_ = msg.sender;
    modifier onlyOwner_() { require(msg.sender == owner_, "no"); _; }
    function owner() public view virtual returns (address) { return owner_; }
    function transferOwnership(address next) external virtual onlyOwner_ { owner_ = next; }
    function renounceOwnership() external virtual onlyOwner_ { owner_ = address(0); }
}
// expects: ownership_regain
contract LockAndBack is Shown {
    address private before_; uint256 private until_;
    function lock(uint256 time) external onlyOwner_ { before_ = owner_; owner_ = address(0); until_ = block.timestamp + time; }
    function unlock() external { require(before_ == msg.sender); require(block.timestamp > until_); owner_ = before_; }
}
// expects: ownership_regain
contract ByAnother is Shown {
    address private dev_ = msg.sender;
    function claim_() external { require(msg.sender == dev_); owner_ = msg.sender; }
}
// expects: ownership_regain
contract ByConstant is Shown {
    function rescue_(address to) external { require(msg.sender == 0x1234567890123456789012345678901234567890); owner_ = to; }
}
// expects: ownership_regain
contract AfterZero is Shown {
    function start_() external { require(owner_ == address(0)); owner_ = msg.sender; }
}
// expects: ownership_regain
contract ForgetsPending is Shown {
    address public pending;
    function transferOwnership(address next) external override onlyOwner_ { pending = next; }
    function accept_() external { require(msg.sender == pending); owner_ = pending; pending = address(0); }
}
// expects:
contract TwoSteps is Shown {
    address public pending;
    function transferOwnership(address next) external override onlyOwner_ { pending = next; }
    function renounceOwnership() external override onlyOwner_ { pending = address(0); owner_ = address(0); }
    function accept_() external { require(msg.sender == pending); owner_ = msg.sender; pending = address(0); }
}
// expects:
contract TwoStepsNoEnd is Small {
    address public owner = msg.sender; address public pending;
    function offer_(address next) external { require(msg.sender == owner); pending = next; }
    function accept_() external { require(msg.sender == pending); owner = msg.sender; pending = address(0); }
}
// expects:
contract StartedOnce is Small {
    address public owner; bool done_;
    function start_(address who) external { require(!done_); done_ = true; owner = who; }
    function give_(address next) external { require(msg.sender == owner); owner = next; }
    function leave_() external { require(msg.sender == owner); owner = address(0); }
}
