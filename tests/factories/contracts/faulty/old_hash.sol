pragma solidity ^0.4.24;
contract Old {
    mapping(address => uint) at;
    function mark() public payable { at[msg.sender] = block.number + 1; }
    function see(bytes32 g) public {
        require(block.number > at[msg.sender]);
        bytes32 a = blockhash(at[msg.sender]); //! bad_randomness
        if (g == a) msg.sender.transfer(2 ether);
    }
}
