// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

import "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

// expects:
contract Coin is ERC20 {
    constructor() ERC20("Coin", "COIN") {
        _mint(msg.sender, 1e36);
    }
}

// expects:
contract Vault is ERC4626 {
    uint8 private immutable offset;

    constructor(IERC20 asset, uint8 offset_) ERC20("Vault", "V") ERC4626(asset) {
        offset = offset_;
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return offset;
    }
}
