pragma solidity ^0.4.22;
contract Puzzle {
    bytes32 constant public h = 0xb5b5b97fafd9855eec9b41f74dfb6c38f5951141f9a3ecd7f44d5479b630ee0a;
    constructor() public payable {}
    function solve(string s) public {
        require(h == keccak256(s));
        msg.sender.transfer(1000 ether); //! front_running
    }
}
