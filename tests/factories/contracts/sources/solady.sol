// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {ERC20} from "solady/src/tokens/ERC20.sol";
import {ERC721} from "solady/src/tokens/ERC721.sol";
import {ERC1155} from "solady/src/tokens/ERC1155.sol";
import {ERC4626} from "solady/src/tokens/ERC4626.sol";
import {WETH} from "solady/src/tokens/WETH.sol";
import {Ownable} from "solady/src/auth/Ownable.sol";
import {OwnableRoles} from "solady/src/auth/OwnableRoles.sol";
// expects: mint
contract SoladyMint is ERC20, Ownable {
    constructor() { _initializeOwner(msg.sender); }
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
    function create_(address to, uint256 amount) external onlyOwner { _mint(to, amount); }
}
// expects: mint
contract SoladyRoles is ERC20, OwnableRoles {
    constructor() { _initializeOwner(msg.sender); }
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
    function create_(address to, uint256 amount) external onlyRoles(1) { _mint(to, amount); }
}
// expects: confiscate
contract SoladyBurn is ERC20, Ownable {
    constructor() { _initializeOwner(msg.sender); _mint(msg.sender, 1e24); }
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
    function take_(address from, uint256 amount) external onlyOwner { _burn(from, amount); }
}
// expects: open_mint
contract SoladyOpen is ERC20 {
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
    function create_(address to, uint256 amount) external { _mint(to, amount); }
}
// expects:
contract SoladyFixed is ERC20 {
    constructor() { _mint(msg.sender, 1e24); }
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
}
// expects: pause mint
contract SoladyPause is ERC20, Ownable {
    bool stopped;
    constructor() { _initializeOwner(msg.sender); }
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
    function create_(address to, uint256 amount) external onlyOwner { _mint(to, amount); }
    function stop_(bool on) external onlyOwner { stopped = on; }
    function _beforeTokenTransfer(address from, address, uint256) internal view override { require(!stopped || from == address(0)); }
}
// expects: mint
contract SoladyNft is ERC721, Ownable {
    constructor() { _initializeOwner(msg.sender); }
    function name() public pure override returns (string memory) { return "x"; }
    function symbol() public pure override returns (string memory) { return "x"; }
    function tokenURI(uint256) public pure override returns (string memory) { return "x"; }
    function create_(address to, uint256 id) external onlyOwner { _mint(to, id); }
}
// expects: mint
contract Solady1155 is ERC1155, Ownable {
    constructor() { _initializeOwner(msg.sender); }
    function uri(uint256) public pure override returns (string memory) { return "x"; }
    function create_(address to, uint256 id, uint256 amount) external onlyOwner { _mint(to, id, amount, ""); }
}
// expects:
contract SoladyWeth is WETH {}
