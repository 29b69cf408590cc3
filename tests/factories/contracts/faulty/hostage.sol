pragma solidity ^0.4.15;
contract Hammer {
    address top; uint bid;
    function offer() public payable {
        require(msg.value > bid);
        if (top != 0) require(top.send(bid)); //! denial_of_service
        top = msg.sender;
        bid = msg.value;
    }
}
