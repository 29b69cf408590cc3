// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

abstract contract Shares {
    mapping(address => uint256) internal parts_;
    uint256 internal allParts_ = 1e24;
    uint256 internal pooled_ = 1e24;
    event Transfer(address indexed a, address indexed b, uint256 c);
    constructor() { parts_[msg.sender] = 1e24; }
    function units_(uint256 n) internal view virtual returns (uint256);
    function split_(uint256 n) internal view virtual returns (uint256);
    function totalSupply() external view returns (uint256) { return units_(allParts_); }
    function balanceOf(address a) public view returns (uint256) { return units_(parts_[a]); }
    function transfer(address b, uint256 n) external returns (bool) { move_(msg.sender, b, n); return true; }
    function move_(address a, address b, uint256 n) internal { uint256 p = split_(n); parts_[a] -= p; parts_[b] += p; emit Transfer(a, b, n); }
}
// expects: rebasing
contract PooledShares is Shares {
    receive() external payable { pooled_ += msg.value; }
    function units_(uint256 n) internal view override returns (uint256) { return n * pooled_ / allParts_; }
    function split_(uint256 n) internal view override returns (uint256) { return n * allParts_ / pooled_; }
}
interface IRate { function rate() external view returns (uint256); }
// expects: rebasing
contract RatedElsewhere is Shares {
    IRate immutable pool_;
    constructor(IRate pool) { pool_ = pool; }
    function units_(uint256 n) internal view override returns (uint256) { return n * pool_.rate() / 1e27; }
    function split_(uint256 n) internal view override returns (uint256) { return n * 1e27 / pool_.rate(); }
}
// expects: rebasing
contract PerFragment is Shares {
    uint256 per_ = 1e6; address keeper_ = msg.sender;
    function rebase(uint256 supply) external { require(msg.sender == keeper_); per_ = type(uint256).max / supply; }
    function units_(uint256 n) internal view override returns (uint256) { return n / per_; }
    function split_(uint256 n) internal view override returns (uint256) { return n * per_; }
}
// expects:
contract FixedUnit is Shares {
    function units_(uint256 n) internal pure override returns (uint256) { return n / 1000; }
    function split_(uint256 n) internal pure override returns (uint256) { return n * 1000; }
}
// expects: transfer_fee
contract Taxed {
    mapping(address => uint256) public balanceOf; mapping(address => mapping(address => uint256)) public allowance;
    event Transfer(address indexed a, address indexed b, uint256 c);
    constructor() { balanceOf[msg.sender] = 1e24; }
    function approve(address b, uint256 n) external returns (bool) { allowance[msg.sender][b] = n; return true; }
    function transfer(address b, uint256 n) external returns (bool) { move_(msg.sender, b, n); return true; }
    function transferFrom(address a, address b, uint256 n) external returns (bool) { allowance[a][msg.sender] -= n; move_(a, b, n); return true; }
    function move_(address a, address b, uint256 n) internal {
        uint256 tax = n / 20; balanceOf[a] -= n; balanceOf[b] += n - tax; balanceOf[address(this)] += tax;
        emit Transfer(a, b, n - tax); emit Transfer(a, address(this), tax);
    }
}
