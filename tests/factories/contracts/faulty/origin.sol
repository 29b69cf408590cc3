pragma solidity ^0.5.0;
contract Origin {
    address payable o;
    constructor() public { o = msg.sender; }
    function() external payable {}
    function all(address payable to) public {
        require(tx.origin == o); //! access_control
        to.transfer(address(this).balance);
    }
}
