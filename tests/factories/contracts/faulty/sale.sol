pragma solidity ^0.4.25;
contract Sale {
    function over() public view returns (bool) {
        return block.timestamp >= 1546300800; //! time_manipulation
    }
    function claim() public payable { require(over()); msg.sender.transfer(1); }
}
