// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// Names that end in an underscore are replaced by meaningless ones before compiling.
abstract contract Ledger {
    mapping(address => uint256) internal held_;
    mapping(address => mapping(address => uint256)) internal allowed_;
    uint256 internal supply_;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    constructor() {
        held_[msg.sender] = 1e24;
        supply_ = 1e24;
    }

    function totalSupply() external view returns (uint256) {
        return supply_;
    }

    function balanceOf(address who) external view returns (uint256) {
        return held_[who];
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        return allowed_[owner][spender];
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowed_[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        move_(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 left = allowed_[from][msg.sender];
        if (left != type(uint256).max) {
            require(left >= amount, "allowance");
            allowed_[from][msg.sender] = left - amount;
        }
        move_(from, to, amount);
        return true;
    }

    function move_(address from, address to, uint256 amount) internal virtual {
        require(to != address(0), "zero");
        held_[from] -= amount;
        held_[to] += amount;
        emit Transfer(from, to, amount);
    }
}

abstract contract Headed {
    address internal head_;

    constructor() {
        head_ = msg.sender;
    }

    modifier onlyHead_() {
        require(msg.sender == head_, "no");
        _;
    }

    function pass_(address next) external onlyHead_ {
        head_ = next;
    }
}
