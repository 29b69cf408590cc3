pragma solidity ^0.4.11;
contract Coin {
    mapping(address => uint) b;
    function Coin() public { b[tx.origin] = 10000; }
    function sendCoin(address to, uint v) public returns (bool) { //! short_addresses
        if (b[msg.sender] < v) return false;
        b[msg.sender] -= v;
        b[to] += v;
        return true;
    }
}
