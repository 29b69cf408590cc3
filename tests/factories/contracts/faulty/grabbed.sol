pragma solidity ^0.8.10;
contract Grab {
    address public owner;
    uint256 fee;
    function setOwner(address n) external { owner = n; } //! access_control
    function setFee(uint256 f) external { require(msg.sender == owner); fee = f; }
}
