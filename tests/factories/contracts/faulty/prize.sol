pragma solidity ^0.4.16;
contract Order {
    uint reward; bool claimed; address owner;
    function Order() public { owner = msg.sender; }
    function setReward() public payable {
        require(!claimed);
        require(msg.sender == owner);
        owner.transfer(reward); //! front_running
        reward = msg.value; //! front_running
    }
    function claim(uint256 s) public {
        require(!claimed);
        require(s < 10);
        msg.sender.transfer(reward); //! front_running
        claimed = true;
    }
}
