// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// Initialisers as libraries write them; whether they are still open is a question of state.
abstract contract Startable {
    uint8 internal version_;
    bool internal busy_;
    modifier starts_() {
        bool top = !busy_;
        require((top && version_ < 1) || (address(this).code.length == 0 && version_ == 1));
        version_ = 1;
        if (top) busy_ = true;
        _;
        if (top) busy_ = false;
    }
    function shutDown_() internal { require(!busy_); version_ = 255; }
}
abstract contract Logic is Startable {
    address public owner;
    mapping(address => uint256) public balanceOf;
    function initialize(address who) external starts_ { owner = who; }
    function issue_(address to, uint256 n) external { require(msg.sender == owner); balanceOf[to] += n; }
    function burn(uint256 n) external { balanceOf[msg.sender] -= n; }
    function upgradeTo(address) external pure returns (uint256) { return 1; }
}
// expects: mint
contract LeftOpen is Logic {}
// expects: mint
contract ShutDown is Logic { constructor() { shutDown_(); } }
// expects: mint
contract PlainFlag {
    bool done_; address boss_; mapping(address => uint256) public balanceOf;
    function setup_(address who) external { require(!done_); done_ = true; boss_ = who; }
    function issue_(address to, uint256 n) external { require(msg.sender == boss_); balanceOf[to] += n; }
}
abstract contract Passing {
    bytes32 internal constant CODE_ = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    function pass_() internal {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), sload(CODE_), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
    fallback() external payable { pass_(); }
}
// expects:
contract Hiding is Passing {
    mapping(address => uint256) seen_;
    // Its selector is that of burn(uint256).
    function collate_propagate_storage(bytes16) external { seen_[msg.sender] += 1; }
}
// expects: upgradeable
contract Transparent is Passing {
    bytes32 constant ADMIN_ = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;
    function admin_() internal view returns (address a) { assembly { a := sload(ADMIN_) } }
    function upgradeTo(address next) external { if (msg.sender == admin_()) { assembly { sstore(CODE_, next) } } else { pass_(); } }
    function implementation() external view returns (address a) { assembly { a := sload(CODE_) } }
}
// expects:
contract Coin {
    string public symbol; mapping(address => uint256) public balanceOf; mapping(address => mapping(address => uint256)) public allowance; uint256 public totalSupply = 1e24;
    constructor(string memory s) { symbol = s; balanceOf[msg.sender] = 1e24; }
    function transfer(address b, uint256 n) external returns (bool) { balanceOf[msg.sender] -= n; balanceOf[b] += n; return true; }
    function approve(address b, uint256 n) external returns (bool) { allowance[msg.sender][b] = n; return true; }
    function transferFrom(address a, address b, uint256 n) external returns (bool) { allowance[a][msg.sender] -= n; balanceOf[a] -= n; balanceOf[b] += n; return true; }
}
interface IMoves { function transfer(address to, uint256 n) external returns (bool); }
// expects: withdraw_tokens
contract Lockbox {
    address keeper_ = msg.sender;
    function open_(IMoves token, address to, uint256 n) external { require(msg.sender == keeper_); token.transfer(to, n); }
}
