pragma solidity ^0.5.0;
contract Purse {
    mapping(address => uint256) due;
    bool lock;
    function all() external {
        uint256 v = due[msg.sender];
        (bool ok, ) = msg.sender.call.value(v)(""); //! reentrancy
        require(ok);
        due[msg.sender] = 0;
    }
    function safe() external {
        uint256 v = due[msg.sender];
        due[msg.sender] = 0;
        (bool ok, ) = msg.sender.call.value(v)("");
        require(ok);
    }
    function guarded() external {
        require(!lock);
        lock = true;
        (bool ok, ) = msg.sender.call.value(due[msg.sender])("");
        require(ok);
        due[msg.sender] = 0;
        lock = false;
    }
}
