pragma solidity ^0.4.11;
contract Lock {
    mapping(address => uint) public until;
    mapping(address => uint) public sum;
    function put() public payable { sum[msg.sender] += msg.value; until[msg.sender] = now + 1 weeks; }
    function longer(uint s) public {
        until[msg.sender] += s; //! arithmetic
    }
    function get() public { require(now > until[msg.sender]); uint v = sum[msg.sender]; sum[msg.sender] = 0; msg.sender.transfer(v); }
}
