pragma solidity ^0.4.25;
contract Wipe {
    address[] list;
    function add(uint n) public { for (uint i = 0; i < n; i++) list.push(msg.sender); }
    function clear() public {
        if (list.length > 1500) {
            list = new address[](0); //! denial_of_service
        }
    }
}
