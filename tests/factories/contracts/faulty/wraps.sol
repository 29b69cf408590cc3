pragma solidity ^0.4.18;
contract Under {
    mapping(address => uint) b;
    function send(address t, uint v) public returns (bool) { //! short_addresses
        require(b[msg.sender] - v >= 0); //! arithmetic
        b[msg.sender] -= v; //! arithmetic
        b[t] += v; //! arithmetic
        return true;
    }
}
