pragma solidity ^0.8.0;
contract Un {
    mapping(address => uint256) b;
    function send(address t, uint256 v) external {
        unchecked {
            b[msg.sender] -= v; //! arithmetic
            b[t] += v; //! arithmetic
        }
    }
    function fine(address t, uint256 v) external { b[msg.sender] -= v; b[t] += v; }
}
