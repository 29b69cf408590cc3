pragma solidity ^0.4.24;
contract Cross {
    mapping(address => uint) r;
    mapping(address => bool) got;
    function pay(address who) public {
        uint v = r[who];
        r[who] = 0;
        require(who.call.value(v)());
    }
    function bonus(address who) public {
        require(!got[who]);
        r[who] += 100;
        pay(who); //! reentrancy
        got[who] = true;
    }
}
