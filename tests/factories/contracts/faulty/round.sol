pragma solidity ^0.4.25;
contract Round {
    uint last;
    function () public payable {
        require(msg.value == 10 ether);
        require(now != last); //! time_manipulation
        last = now;
        if (now % 15 == 0) { //! time_manipulation
            msg.sender.transfer(this.balance);
        }
    }
}
