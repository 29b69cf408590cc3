pragma solidity ^0.8.0;
contract Dice {
    address payable[] p;
    function join() external payable { require(msg.value == 1 ether); p.push(payable(msg.sender)); }
    function draw() external {
        uint256 i = uint256(keccak256(abi.encodePacked(block.prevrandao, block.timestamp, p.length))) % p.length; //! bad_randomness
        p[i].transfer(address(this).balance);
    }
}
