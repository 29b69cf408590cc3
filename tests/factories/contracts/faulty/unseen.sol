pragma solidity ^0.4.0;
contract Loose {
    address w; uint due;
    function a() public { w.send(due); } //! unchecked_low_level_calls
    function b(address c) public payable {
        c.call.value(msg.value)(); //! unchecked_low_level_calls
    }
    function ok(address c) public { require(c.send(1)); }
    function ok2(address c) public returns (bool) { return c.send(1); }
}
