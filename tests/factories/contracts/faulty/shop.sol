pragma solidity ^0.8.0;
interface IHook { function done(uint256) external; }
contract Shop {
    mapping(address => uint256) public credit;
    uint256 public total;
    function leave() external {
        uint256 v = credit[msg.sender];
        require(v > 0);
        (bool ok, ) = msg.sender.call{value: v}(""); //! reentrancy
        require(ok, "x");
        credit[msg.sender] = 0;
        total -= v;
    }
}
