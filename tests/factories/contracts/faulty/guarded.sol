pragma solidity ^0.8.0;
contract Good {
    mapping(address => uint256) public b; uint256 public total; address public immutable owner = msg.sender; bool private l;
    modifier only() { require(msg.sender == owner); _; }
    modifier once() { require(!l); l = true; _; l = false; }
    function put() external payable { b[msg.sender] += msg.value; total += msg.value; }
    function get(uint256 v) external once { b[msg.sender] -= v; total -= v; (bool k, ) = msg.sender.call{value: v}(""); require(k); }
    function late(uint256 v) external once { (bool k, ) = msg.sender.call{value: v}(""); require(k); b[msg.sender] -= v; }
    function setX(uint256 x) external only { total = x; }
}
