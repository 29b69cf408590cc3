pragma solidity ^0.4.22;
contract Missing {
    address private owner;
    function Mising() public { owner = msg.sender; } //! access_control
    function () public payable {}
    function out() public { require(msg.sender == owner); owner.transfer(this.balance); }
}
