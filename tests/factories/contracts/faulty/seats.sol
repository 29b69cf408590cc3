pragma solidity ^0.4.23;
contract Wide {
    address public boss;
    mapping(address => bool) seats;
    constructor() public { boss = msg.sender; }
    function seat(address a) public { seats[a] = true; } //! access_control
    function spend(address to, uint v) public { require(seats[msg.sender]); to.transfer(v); }
    function () public payable {}
}
