pragma solidity ^0.4.2;
contract Flip {
    function bet() public payable {
        uint r = uint(keccak256(block.timestamp, block.difficulty)) % 2; //! bad_randomness
        if (r == 1) msg.sender.transfer(msg.value * 2);
    }
    function () public payable {}
}
