pragma solidity ^0.6.0;
library M { function add(uint256 a, uint256 b) internal pure returns (uint256 c) { c = a + b; require(c >= a); } function sub(uint256 a, uint256 b) internal pure returns (uint256) { require(b <= a); return a - b; } }
contract Fine {
    using M for uint256;
    mapping(address => uint256) b;
    function move(address t, uint256 v) external { b[msg.sender] = b[msg.sender].sub(v); b[t] = b[t].add(v); }
}
