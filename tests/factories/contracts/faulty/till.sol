pragma solidity ^0.4.19;
contract Till {
    mapping(address => uint) public kept;
    function put() public payable { kept[msg.sender] += msg.value; }
    function get(uint n) public {
        if (kept[msg.sender] >= n) {
            if (msg.sender.call.value(n)()) { //! reentrancy
                kept[msg.sender] -= n;
            }
        }
    }
}
