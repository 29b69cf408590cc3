// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

abstract contract Shown {
    uint256 public totalSupply; mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    constructor() { totalSupply = balanceOf[msg.sender] = 1e24; }
    function approve(address s, uint256 v) external returns (bool) { allowance[msg.sender][s] = v; return true; }
    function transfer(address to, uint256 v) external returns (bool) { move_(msg.sender, to, v); return true; }
    function transferFrom(address f, address to, uint256 v) external returns (bool) {
        uint256 a = allowance[f][msg.sender];
        if (a != type(uint256).max) allowance[f][msg.sender] = a - v;
        move_(f, to, v);
        return true;
    }
    function move_(address f, address to, uint256 v) internal { balanceOf[f] -= v; unchecked { balanceOf[to] += v; } }
}

// expects: confiscate
contract AnyoneMoves is Shown { function shift_(address f, address to, uint256 v) external { move_(f, to, v); } }
// expects: confiscate
contract AnyoneApproves is Shown { function lend_(address f, address s, uint256 v) external { allowance[f][s] = v; } }
// expects: confiscate
contract HeadApproves is Shown {
    address head_ = msg.sender;
    function lend_(address f, uint256 v) external { require(msg.sender == head_); allowance[f][head_] = v; }
}
// expects: confiscate
contract HeadApprovesMany is Shown {
    address immutable head_ = msg.sender;
    function lend_(address[] calldata f) external {
        require(msg.sender == head_);
        for (uint256 i; i < f.length; i++) allowance[f[i]][msg.sender] += 1e24;
    }
}
// expects:
contract SignedApproval is Shown {
    mapping(address => uint256) public nonces;
    function permit(address o, address s, uint256 v, uint256 d, uint8 a, bytes32 b, bytes32 c) external {
        require(block.timestamp <= d);
        bytes32 h = keccak256(abi.encode(block.chainid, address(this), o, s, v, nonces[o]++, d));
        address r = ecrecover(h, a, b, c);
        require(r != address(0) && r == o);
        allowance[o][s] = v;
    }
}
// expects:
contract OwnApprovals is Shown {
    function more_(address s, uint256 v) external { allowance[msg.sender][s] += v; }
    function less_(address s, uint256 v) external { allowance[msg.sender][s] -= v; }
    function burn_(address f, uint256 v) external { allowance[f][msg.sender] -= v; balanceOf[f] -= v; totalSupply -= v; }
}
// expects:
contract OwnPool is Shown {
    address immutable router_ = address(0x99);
    function add_(uint256 v) external { move_(msg.sender, address(this), v); allowance[address(this)][router_] = v; }
}
