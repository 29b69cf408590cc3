// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import "@openzeppelin/contracts/token/ERC20/extensions/ERC20FlashMint.sol";
import "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import "@openzeppelin/contracts/token/ERC20/extensions/ERC20Wrapper.sol";
import "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import "@openzeppelin/contracts/access/Ownable2Step.sol";
import "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import "@openzeppelin/contracts/security/Pausable.sol";
import "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";

// expects: mint
contract Cap is ERC20Capped, Ownable2Step {
    constructor() ERC20("a","b") ERC20Capped(1e24) {}
    function produce(address a, uint256 b) external onlyOwner { _mint(a,b); }
}
// expects:
contract Flash is ERC20FlashMint { constructor() ERC20("a","b") { _mint(msg.sender, 1e24); } }
// expects:
contract V is ERC4626 { constructor(IERC20 x) ERC20("a","b") ERC4626(x) {} }
// expects:
contract W is ERC20Wrapper { constructor(IERC20 x) ERC20("a","b") ERC20Wrapper(x) {} }
// expects: pause
contract Pz is ERC20Burnable, Pausable, Ownable {
    constructor() ERC20("a","b") { _mint(msg.sender, 1e24); }
    function stop() external onlyOwner { _pause(); }
    function go() external onlyOwner { _unpause(); }
    function _beforeTokenTransfer(address a, address b, uint256 c) internal override whenNotPaused { super._beforeTokenTransfer(a,b,c); }
}
// expects: withdraw
contract NftSale is ERC721, Ownable {
    uint256 n; uint256 price = 1 ether;
    constructor() ERC721("a","b") {}
    function buy() external payable { require(msg.value == price); _mint(msg.sender, ++n); }
    function out() external onlyOwner { payable(owner()).transfer(address(this).balance); }
}
// expects:
contract Airdrop is ERC20 {
    bytes32 immutable root; mapping(address=>bool) claimed;
    constructor(bytes32 r) ERC20("a","b") { root = r; }
    function claim(uint256 amount, bytes32[] calldata proof) external {
        require(!claimed[msg.sender]); claimed[msg.sender]=true;
        require(MerkleProof.verifyCalldata(proof, root, keccak256(abi.encode(msg.sender, amount))));
        _mint(msg.sender, amount);
    }
}
// expects:
contract Staking {
    IERC20 immutable t; mapping(address=>uint256) public staked; uint256 public total;
    constructor(IERC20 x) { t = x; }
    function balanceOf(address a) external view returns (uint256) { return staked[a]; }
    function stake(uint256 a) external { total += a; staked[msg.sender] += a; require(t.transferFrom(msg.sender, address(this), a)); }
    function unstake(uint256 a) external { total -= a; staked[msg.sender] -= a; require(t.transfer(msg.sender, a)); }
}
// expects: mint upgradeable
contract Up is ERC20Upgradeable, OwnableUpgradeable, UUPSUpgradeable {
    function initialize() external initializer { __ERC20_init("a","b"); __Ownable_init(); _mint(msg.sender, 1e24); }
    function more(address a, uint256 b) external onlyOwner { _mint(a,b); }
    function _authorizeUpgrade(address) internal override onlyOwner {}
}
// expects: fee_setting transfer_fee rebasing
contract Reflect is Ownable {
    mapping(address=>uint256) r; mapping(address=>uint256) t; mapping(address=>bool) ex; mapping(address=>bool) noFee;
    mapping(address=>mapping(address=>uint256)) al; uint256 rT = type(uint256).max - (type(uint256).max % 1e24); uint256 tT = 1e24; uint256 tax = 5; uint256 prev;
    constructor() { r[msg.sender] = rT; }
    function totalSupply() external view returns (uint256) { return tT; }
    function rate() internal view returns (uint256) { return rT / tT; }
    function balanceOf(address a) public view returns (uint256) { return ex[a] ? t[a] : r[a] / rate(); }
    function setTax(uint256 x) external onlyOwner { tax = x; }
    function exFee(address a, bool on) external onlyOwner { noFee[a] = on; }
    function transfer(address to, uint256 a) external returns (bool) { mv(msg.sender, to, a); return true; }
    function transferFrom(address f, address to, uint256 a) external returns (bool) { al[f][msg.sender] -= a; mv(f,to,a); return true; }
    function approve(address s, uint256 a) external returns (bool) { al[msg.sender][s] = a; return true; }
    function mv(address f, address to, uint256 a) internal {
        bool free = noFee[f] || noFee[to];
        if (free) { prev = tax; tax = 0; }
        uint256 fee = a * tax / 100; uint256 k = rate();
        r[f] -= a * k; r[to] += (a - fee) * k; rT -= fee * k;
        if (free) tax = prev;
    }
}
// expects: fee_setting transfer_fee transfer_limit pause withdraw exempt_accounts
contract Meme is ERC20, Ownable {
    uint256 buyFee = 5; uint256 sellFee = 5; uint256 maxTx = 1e22; uint256 maxWallet = 1e22; bool trading; mapping(address=>bool) pair; mapping(address=>bool) ex;
    constructor() ERC20("a","b") { _mint(msg.sender, 1e24); ex[msg.sender]=true; }
    receive() external payable {}
    function enable(bool x) external onlyOwner { trading = x; }
    function fees(uint256 a, uint256 b) external onlyOwner { require(a <= 25 && b <= 25); buyFee=a; sellFee=b; }
    function lim(uint256 a, uint256 b) external onlyOwner { maxTx=a; maxWallet=b; }
    function setPair(address a, bool on) external onlyOwner { pair[a]=on; }
    function exc(address a, bool on) external onlyOwner { ex[a]=on; }
    function rescue() external onlyOwner { (bool ok,) = msg.sender.call{value: address(this).balance}(""); require(ok); }
    function _transfer(address f, address to, uint256 a) internal override {
        if (!ex[f] && !ex[to]) {
            require(trading);
            require(a <= maxTx);
            if (!pair[to]) require(balanceOf(to) + a <= maxWallet);
        }
        uint256 fee;
        if (!ex[f] && !ex[to]) { if (pair[f]) fee = a * buyFee / 100; else if (pair[to]) fee = a * sellFee / 100; }
        if (fee > 0) super._transfer(f, address(this), fee);
        super._transfer(f, to, a - fee);
    }
}
// expects: mint pause blacklist confiscate fee_setting transfer_fee
contract Tether is Ownable {
    mapping(address=>uint256) b; mapping(address=>mapping(address=>uint256)) al; uint256 ts; bool stopped; mapping(address=>bool) bad; uint256 bp; uint256 mx;
    function balanceOf(address a) external view returns (uint256) { return b[a]; }
    function issue(uint256 a) external onlyOwner { b[owner()] += a; ts += a; }
    function redeem(uint256 a) external onlyOwner { require(b[owner()] >= a); b[owner()] -= a; ts -= a; }
    function addBad(address a) external onlyOwner { bad[a] = true; }
    function remBad(address a) external onlyOwner { bad[a] = false; }
    function destroy(address a) external onlyOwner { require(bad[a]); uint256 d = b[a]; b[a] = 0; ts -= d; }
    function stop() external onlyOwner { require(!stopped); stopped = true; }
    function params(uint256 x, uint256 y) external onlyOwner { require(x < 20); require(y < 50); bp = x; mx = y * 1e6; }
    function transfer(address to, uint256 v) external { require(!stopped); require(!bad[msg.sender]); mv(msg.sender,to,v); }
    function transferFrom(address f, address to, uint256 v) external { require(!stopped); require(!bad[f]); if (al[f][msg.sender] < type(uint256).max) al[f][msg.sender] -= v; mv(f,to,v); }
    function mv(address f, address to, uint256 v) internal { uint256 fee = v * bp / 10000; if (fee > mx) fee = mx; b[f] -= v; b[to] += v - fee; if (fee > 0) b[owner()] += fee; }
}
// expects:
contract Multi {
    mapping(address=>bool) isOwner; uint256 need; struct T { address to; uint256 v; bytes d; bool done; uint256 n; } T[] ts; mapping(uint256=>mapping(address=>bool)) ok;
    constructor(address[] memory o, uint256 n) { for (uint256 i; i<o.length; i++) isOwner[o[i]] = true; need = n; }
    modifier only() { require(isOwner[msg.sender]); _; }
    function submit(address to, uint256 v, bytes calldata d) external only { ts.push(T(to,v,d,false,0)); }
    function confirm(uint256 i) external only { require(!ok[i][msg.sender]); ok[i][msg.sender]=true; ts[i].n++; }
}
