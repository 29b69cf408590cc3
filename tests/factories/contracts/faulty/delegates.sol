pragma solidity ^0.4.24;
contract Fwd {
    address target;
    constructor(address t) public { target = t; }
    function run(address t, bytes d) public {
        require(t.delegatecall(d)); //! access_control
    }
}
