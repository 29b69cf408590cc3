// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// A vault and its pools by the rules that Balancer V3 publishes, as far as a reader of positions sees them: no copy of
// their code.

interface IToken {
    function transfer(address, uint256) external returns (bool);

    function transferFrom(address, address, uint256) external returns (bool);
}

// expects:
contract VaultPool {
    SmallVault private immutable vault_;

    constructor(address vault) {
        vault_ = SmallVault(vault);
    }

    function balanceOf(address who) external view returns (uint256) {
        return vault_.sharesOf(address(this), who);
    }

    function totalSupply() external view returns (uint256) {
        return vault_.totalSupply(address(this));
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function symbol() external pure returns (string memory) {
        return "BPT";
    }
}

// expects:
contract SmallVault {
    uint256 private constant ONE = 1e18;
    mapping(address => address[]) private tokens_;
    mapping(address => uint256[]) private raw_;
    mapping(address => uint256[]) private scales_;
    mapping(address => uint256[]) private rates_;
    mapping(address => uint256) public totalSupply;
    mapping(address => mapping(address => uint256)) public sharesOf;
    mapping(address => bool[2]) private hooks_;

    function register(address pool, address[] calldata tokens, uint256[] calldata scales) external {
        tokens_[pool] = tokens;
        scales_[pool] = scales;
        raw_[pool] = new uint256[](tokens.length);
        rates_[pool] = new uint256[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) rates_[pool][i] = ONE;
    }

    function rate(address pool, uint256 i, uint256 value) external {
        rates_[pool][i] = value;
    }

    function hook(address pool, bool before, bool adjusts) external {
        hooks_[pool] = [before, adjusts];
    }

    function add(address pool, uint256[] calldata units, uint256 shares) external {
        for (uint256 i = 0; i < units.length; i++) {
            IToken(tokens_[pool][i]).transferFrom(msg.sender, address(this), units[i]);
            raw_[pool][i] += units[i];
        }
        totalSupply[pool] += shares;
        sharesOf[pool][msg.sender] += shares;
    }

    function give(address pool, address to, uint256 shares) external {
        sharesOf[pool][msg.sender] -= shares;
        sharesOf[pool][to] += shares;
    }

    function isPoolRegistered(address pool) external view returns (bool) {
        return tokens_[pool].length > 0;
    }

    function getPoolTokens(address pool) external view returns (address[] memory) {
        return tokens_[pool];
    }

    function getPoolTokenRates(address pool) external view returns (uint256[] memory, uint256[] memory) {
        return (scales_[pool], rates_[pool]);
    }

    function getCurrentLiveBalances(address pool) public view returns (uint256[] memory live) {
        live = new uint256[](tokens_[pool].length);
        for (uint256 i = 0; i < live.length; i++) {
            live[i] = (raw_[pool][i] * scales_[pool][i] * rates_[pool][i]) / ONE;
        }
    }

    struct Hooks {
        bool enableHookAdjustedAmounts;
        bool[7] others;
        bool shouldCallBeforeRemoveLiquidity;
        bool shouldCallAfterRemoveLiquidity;
        address hooksContract;
    }

    function getHooksConfig(address pool) external view returns (Hooks memory found) {
        found.shouldCallBeforeRemoveLiquidity = hooks_[pool][0];
        found.enableHookAdjustedAmounts = hooks_[pool][1];
        found.shouldCallAfterRemoveLiquidity = hooks_[pool][1];
    }

    function leave(address pool, uint256 shares) external {
        uint256[] memory live = getCurrentLiveBalances(pool);
        uint256 supply = totalSupply[pool];
        totalSupply[pool] -= shares;
        sharesOf[pool][msg.sender] -= shares;
        for (uint256 i = 0; i < live.length; i++) {
            uint256 scaled = (live[i] * shares) / supply;
            uint256 paid = (scaled * ONE) / (scales_[pool][i] * rates_[pool][i]);
            raw_[pool][i] -= paid;
            IToken(tokens_[pool][i]).transfer(msg.sender, paid);
        }
    }
}
