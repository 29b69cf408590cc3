pragma solidity ^0.4.18;
contract Bulk {
    mapping(address => uint256) b;
    function many(address[] to, uint256 v) public returns (bool) {
        uint256 n = to.length;
        uint256 sum = uint256(n) * v; //! arithmetic
        require(v > 0 && b[msg.sender] >= sum);
        b[msg.sender] = b[msg.sender] - sum;
        for (uint i = 0; i < n; i++) b[to[i]] = b[to[i]] + v;
        return true;
    }
}
