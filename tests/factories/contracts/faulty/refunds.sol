pragma solidity ^0.4.25;
contract Give {
    address[] who;
    mapping(address => uint) d;
    function join() public payable { who.push(msg.sender); d[msg.sender] = msg.value; }
    function back() public {
        for (uint x; x < who.length; x++) {
            require(who[x].send(d[who[x]])); //! denial_of_service
        }
    }
}
