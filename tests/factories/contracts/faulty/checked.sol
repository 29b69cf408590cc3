pragma solidity ^0.4.24;
contract Guarded {
    mapping(address => uint256) b;
    function move(address t, uint256 v) external { require(b[msg.sender] >= v); require(b[t] + v >= b[t]); b[msg.sender] -= v; b[t] += v; } //! short_addresses
    function count(uint n) external pure returns (uint s) { for (uint i = 0; i < n; i++) { s = i; } }
}
