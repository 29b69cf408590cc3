// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// Small contracts that follow published rules where no package carries the bytecode: they prove shape and rounding.

import "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

// expects:
contract LimitedVault is ERC4626 {
    uint256 private most = type(uint256).max;

    constructor(IERC20 asset) ERC20("Limited", "L") ERC4626(asset) {}

    function limit(uint256 most_) external {
        most = most_;
    }

    function maxRedeem(address owner) public view override returns (uint256) {
        uint256 held = balanceOf(owner);
        return held < most ? held : most;
    }
}

// expects:
contract Mirror is ERC20 {
    address public asset;

    constructor() ERC20("Mirror", "M") {
        _mint(msg.sender, 1e18);
    }

    function become(address other) external {
        asset = other;
    }

    function previewRedeem(uint256 shares) external pure returns (uint256) {
        return shares;
    }
}

// expects:
contract Rated is ERC20 {
    uint256 public getExchangeRate;

    constructor(uint256 rate) ERC20("Rated", "R") {
        getExchangeRate = rate;
        _mint(msg.sender, 123456789012345678901);
    }
}

// expects:
contract Escrow {
    struct Lock {
        int128 amount;
        uint256 end;
    }
    address public token;
    mapping(address => Lock) public locked;

    constructor(address token_) {
        token = token_;
    }

    function lock(int128 amount, uint256 end) external {
        locked[msg.sender] = Lock(amount, end);
    }
}

// expects:
contract Queue {
    struct Status {
        uint256 amount;
        uint256 shares;
        address owner;
        uint256 timestamp;
        bool isFinalized;
        bool isClaimed;
    }
    Status[] private all;
    uint256 private rate;
    uint256 public getLastCheckpointIndex = 1;

    receive() external payable {}

    function request(uint256 amount) external {
        all.push(Status(amount, amount, msg.sender, block.timestamp, false, false));
    }

    function finalize(uint256 last, uint256 rate_) external {
        rate = rate_;
        for (uint256 i = 0; i < last; i++) all[i].isFinalized = true;
    }

    function claim(uint256 id) external {
        require(all[id - 1].isFinalized && !all[id - 1].isClaimed);
        all[id - 1].isClaimed = true;
        payable(msg.sender).transfer((all[id - 1].amount * rate) / 1e18);
    }

    function getWithdrawalRequests(address owner) external view returns (uint256[] memory ids) {
        uint256 count;
        for (uint256 i = 0; i < all.length; i++) if (all[i].owner == owner && !all[i].isClaimed) count++;
        ids = new uint256[](count);
        for (uint256 i = all.length; i > 0; i--) if (all[i - 1].owner == owner && !all[i - 1].isClaimed) ids[--count] = i;
    }

    function getWithdrawalStatus(uint256[] calldata ids) external view returns (Status[] memory found) {
        found = new Status[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) found[i] = all[ids[i] - 1];
    }

    function findCheckpointHints(uint256[] calldata ids, uint256, uint256) external pure returns (uint256[] memory hints) {
        hints = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) hints[i] = 1;
    }

    function getClaimableEther(uint256[] calldata ids, uint256[] calldata hints) external view returns (uint256[] memory found) {
        require(ids.length == hints.length);
        found = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) found[i] = (all[ids[i] - 1].amount * rate) / 1e18;
    }
}

// expects:
contract Comet is ERC20 {
    struct AssetInfo {
        uint8 offset;
        address asset;
        address priceFeed;
        uint64 scale;
        uint64 borrowCollateralFactor;
        uint64 liquidateCollateralFactor;
        uint64 liquidationFactor;
        uint128 supplyCap;
    }
    struct Held {
        uint128 balance;
        uint128 reserved;
    }
    address public baseToken;
    address public baseTokenPriceFeed = address(1);
    uint256 public baseScale = 1e6;
    uint8 public numAssets = 1;
    address private collateral;
    mapping(address => uint256) public borrowBalanceOf;
    mapping(address => mapping(address => Held)) public userCollateral;
    mapping(address => uint256) public getPrice;

    constructor(address base, address collateral_) ERC20("Comet", "C") {
        baseToken = base;
        collateral = collateral_;
        getPrice[address(1)] = 1e8;
        getPrice[address(2)] = 2000e8;
    }

    function lend(uint256 amount) external {
        _mint(msg.sender, amount);
    }

    function borrow(uint256 amount, uint128 secured) external {
        borrowBalanceOf[msg.sender] = amount;
        userCollateral[msg.sender][collateral] = Held(secured, 0);
    }

    function getAssetInfo(uint8) external view returns (AssetInfo memory) {
        return AssetInfo(0, collateral, address(2), 1e18, 80e16, 85e16, 95e16, type(uint128).max);
    }
}

interface IMarket {
    function getUnderlyingPrice(address market) external view returns (uint256);
    function balanceOf(address owner) external view returns (uint256);
    function redeem(uint256 shares) external returns (uint256);
    function repayBorrow(uint256 amount) external returns (uint256);
}

// expects:
contract Bounded {
    IMarket private oracle;

    constructor(IMarket oracle_) {
        oracle = oracle_;
    }

    function updateProtectionState(address) external {}

    function getBoundedCollateralPriceView(address market) external view returns (uint256) {
        return oracle.getUnderlyingPrice(market);
    }

    function getBoundedDebtPriceView(address market) external view returns (uint256) {
        return oracle.getUnderlyingPrice(market);
    }

    function getBoundedPricesView(address market) external view returns (uint256, uint256) {
        return (oracle.getUnderlyingPrice(market), oracle.getUnderlyingPrice(market));
    }

    function getBoundedPrices(address market) external view returns (uint256, uint256) {
        return (oracle.getUnderlyingPrice(market), oracle.getUnderlyingPrice(market));
    }
}

// A wallet that borrows, and leaves within one call, so that no block passes between the reading and the exit.
// expects:
contract Leaver {
    function run(address[] calldata targets, bytes[] calldata data) external {
        for (uint256 i = 0; i < targets.length; i++) {
            (bool done, bytes memory said) = targets[i].call(data[i]);
            require(done && (said.length != 32 || abi.decode(said, (uint256)) <= 1), string(said));
        }
    }

    function leave(IERC20 col, IMarket lent, IERC20 deb, IMarket owed) external returns (uint256 paid, uint256 taken) {
        uint256 before = deb.balanceOf(address(this));
        deb.approve(address(owed), type(uint256).max);
        require(owed.repayBorrow(type(uint256).max) == 0);
        taken = before - deb.balanceOf(address(this));
        before = col.balanceOf(address(this));
        require(lent.redeem(lent.balanceOf(address(this))) == 0);
        paid = col.balanceOf(address(this)) - before;
    }
}
