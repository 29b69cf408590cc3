// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
interface IPull { function transferFrom(address a, address b, uint256 c) external returns (bool); function transfer(address a, uint256 b) external returns (bool); function balanceOf(address a) external view returns (uint256); }

// A token's plain parts, without any power.
abstract contract Plain {
    mapping(address => uint256) internal held;
    mapping(address => mapping(address => uint256)) internal lent;
    uint256 public totalSupply = 1e24;
    address internal chief;
    address internal pool;
    event Transfer(address indexed a, address indexed b, uint256 c);
    constructor() { held[msg.sender] = 1e24; chief = msg.sender; }
    function balanceOf(address a) public view virtual returns (uint256) { return held[a]; }
    function allowance(address a, address b) external view returns (uint256) { return lent[a][b]; }
    function approve(address b, uint256 c) external returns (bool) { lent[msg.sender][b] = c; return true; }
    function transfer(address b, uint256 c) external virtual returns (bool) { move(msg.sender, b, c); return true; }
    function transferFrom(address a, address b, uint256 c) external virtual returns (bool) { lent[a][msg.sender] -= c; move(a, b, c); return true; }
    function move(address a, address b, uint256 c) internal virtual { held[a] -= c; held[b] += c; emit Transfer(a, b, c); }
    modifier chiefOnly() { require(msg.sender == chief); _; }
}
// expects: pause exempt_accounts
contract SparingPause is Plain {
    bool stopped_;
    function stop_(bool on) external chiefOnly { stopped_ = on; }
    function move(address a, address b, uint256 c) internal override { require(!stopped_ || a == chief); super.move(a, b, c); }
}
// expects: pause exempt_accounts
contract SparingList is Plain {
    bool stopped_; mapping(address => bool) spared_;
    function stop_(bool on) external chiefOnly { stopped_ = on; }
    function spare_(address a, bool on) external chiefOnly { spared_[a] = on; }
    function move(address a, address b, uint256 c) internal override { if (stopped_) { require(spared_[a] || spared_[b]); } super.move(a, b, c); }
}
// expects: sell_gate
contract BoughtOnce is Plain {
    mapping(address => bool) bought_;
    constructor(address p) { pool = p; }
    function move(address a, address b, uint256 c) internal override {
        if (a == pool) bought_[b] = true;
        if (b == pool) require(!bought_[a]);
        super.move(a, b, c);
    }
}
// expects: sell_gate
contract SellSwitch is Plain {
    bool shut_;
    constructor(address p) { pool = p; }
    function shut(bool on) external chiefOnly { shut_ = on; }
    function move(address a, address b, uint256 c) internal override { if (b == pool) require(!shut_); super.move(a, b, c); }
}
// expects: sell_gate
contract SellByList is Plain {
    mapping(address => bool) may_;
    constructor(address p) { pool = p; }
    function let_(address a, bool on) external chiefOnly { may_[a] = on; }
    function move(address a, address b, uint256 c) internal override { require(b != pool || may_[a]); super.move(a, b, c); }
}
// expects: whitelist
contract OnlyMarked is Plain {
    mapping(address => bool) may_;
    function let_(address a, bool on) external chiefOnly { may_[a] = on; }
    function move(address a, address b, uint256 c) internal override { require(may_[a]); super.move(a, b, c); }
}
// expects: blacklist
contract SelfMarked is Plain {
    mapping(address => bool) done_;
    function move(address a, address b, uint256 c) internal override { require(!done_[a]); if (c > 1e18) done_[b] = true; super.move(a, b, c); }
}
// expects: cooldown
contract Waiting is Plain {
    mapping(address => uint256) last_;
    function move(address a, address b, uint256 c) internal override { require(block.timestamp > last_[a] + 30); last_[b] = block.timestamp; super.move(a, b, c); }
}
// expects: open_call
contract OpenRouter {
    mapping(address => uint256) fees_;
    function swap_(address token, uint256 n) external { fees_[msg.sender] += 1; IPull(token).transferFrom(msg.sender, address(this), n); }
    function run_(address to, bytes calldata data) external payable returns (bytes memory out) { bool ok; (ok, out) = to.call{value: msg.value}(data); require(ok); }
}
// expects: privileged_call
contract OwnedRouter {
    address chief = msg.sender;
    mapping(address => uint256) fees_;
    function swap_(address token, uint256 n) external { fees_[msg.sender] += 1; IPull(token).transferFrom(msg.sender, address(this), n); }
    function run_(address to, bytes calldata data) external { require(msg.sender == chief); (bool ok,) = to.call(data); require(ok); }
}
// expects: pulls_allowances
contract Puller {
    address chief = msg.sender;
    function take_(address token, address from, uint256 n) external { require(msg.sender == chief); IPull(token).transferFrom(from, msg.sender, n); }
}
// expects: pulls_allowances
contract OpenPuller {
    function take_(address token, address from, address to, uint256 n) external { IPull(token).transferFrom(from, to, n); }
}
// expects:
contract HonestRouter {
    function pay_(address token, address to, uint256 n) external { IPull(token).transferFrom(msg.sender, to, n); }
    function refund_() external { payable(msg.sender).transfer(address(this).balance); }
    receive() external payable {}
}
// expects: forwards_ether
contract Sweeper {
    address constant TO = 0x1111111111111111111111111111111111111111;
    receive() external payable { (bool ok,) = TO.call{value: address(this).balance}(""); require(ok); }
}
// expects: forwards_ether
contract StoredSweeper {
    address to_;
    constructor(address a) { to_ = a; }
    fallback() external payable { payable(to_).transfer(msg.value); }
}
// expects: no_ledger balance_view
contract Phantom {
    event Transfer(address indexed a, address indexed b, uint256 c);
    function totalSupply() external pure returns (uint256) { return 1e24; }
    function balanceOf(address) external pure returns (uint256) { return 1e20; }
    function allowance(address, address) external pure returns (uint256) { return type(uint256).max; }
    function approve(address, uint256) external pure returns (bool) { return true; }
    function transfer(address b, uint256 c) external returns (bool) { emit Transfer(msg.sender, b, c); return true; }
    function transferFrom(address a, address b, uint256 c) external returns (bool) { emit Transfer(a, b, c); return true; }
}
// expects:
contract Honest is Plain {}
// expects:
contract HonestForwarder {
    function buy_(address payable to) external payable { to.transfer(msg.value); }
    receive() external payable { revert(); }
}
// expects: sell_gate
contract OneSeller is Plain {
    function aim_(address p) external chiefOnly { pool = p; }
    function move(address a, address b, uint256 c) internal override { if (b == pool) require(a == chief, "later"); super.move(a, b, c); }
}
// expects: cooldown exempt_accounts
contract SparingWait is Plain {
    mapping(address => uint256) moved_; mapping(address => bool) quick_;
    function hurry_(address a, bool on) external chiefOnly { quick_[a] = on; }
    function move(address a, address b, uint256 c) internal override {
        if (!quick_[a]) { require(block.number > moved_[a] + 20); moved_[a] = block.number; }
        super.move(a, b, c);
    }
}
// expects: balance_view
contract Padded is Plain {
    function balanceOf(address a) public view override returns (uint256) { return 5e20 + held[a]; }
}
// expects: forwards_ether
contract Reward {
    address payable till_ = payable(msg.sender);
    function collect_(uint256) external payable { till_.transfer(msg.value); }
}
// expects:
contract Counter is Plain {
    function buy_() external payable { held[chief] -= msg.value; held[msg.sender] += msg.value; payable(chief).transfer(msg.value); }
}
// expects: rebasing
contract Rated {
    uint256 rate_ = 1e18; address chief_ = msg.sender; mapping(address => uint256) parts_; mapping(address => mapping(address => uint256)) lent_;
    event Transfer(address indexed a, address indexed b, uint256 c);
    constructor() { parts_[msg.sender] = 1e24; }
    function rate(uint256 r) external { require(msg.sender == chief_); rate_ = r; }
    function totalSupply() external view returns (uint256) { return 1e6 * rate_; }
    function balanceOf(address a) external view returns (uint256) { return parts_[a] * rate_ / 1e18; }
    function allowance(address a, address b) external view returns (uint256) { return lent_[a][b]; }
    function approve(address b, uint256 c) external returns (bool) { lent_[msg.sender][b] = c; return true; }
    function transfer(address b, uint256 c) external returns (bool) { swap_(msg.sender, b, c); return true; }
    function transferFrom(address a, address b, uint256 c) external returns (bool) { lent_[a][msg.sender] -= c; swap_(a, b, c); return true; }
    function swap_(address a, address b, uint256 c) internal { uint256 p = c * 1e18 / rate_; parts_[a] -= p; parts_[b] += p; emit Transfer(a, b, c); }
}
