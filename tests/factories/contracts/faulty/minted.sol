pragma solidity ^0.6.0;
library M { function add(uint a, uint b) internal pure returns (uint c) { c = a + b; require(c >= a); }
    function sub(uint a, uint b) internal pure returns (uint) { require(b <= a); return a - b; } }
interface T { function transferFrom(address a, address b, uint c) external returns (bool); }
contract Coin {
    using M for uint;
    mapping(address => uint) public held; mapping(address => uint) public other; address owner = msg.sender; T t;
    function give(address to, uint v) public { held[msg.sender] = held[msg.sender].sub(v); held[to] = held[to].add(v); }
    function take(uint v) public {
        held[msg.sender] = held[msg.sender].add(v); //! access_control
    }
    function issue(address to, uint v) public { require(msg.sender == owner); held[to] = held[to].add(v); }
    function buy() public payable { held[msg.sender] = held[msg.sender].add(msg.value); }
    function put(uint v) public { require(t.transferFrom(msg.sender, address(this), v)); held[msg.sender] = held[msg.sender].add(v); }
    function turn(uint v) public { held[msg.sender] = held[msg.sender].sub(v); other[msg.sender] = other[msg.sender].add(v); }
}
