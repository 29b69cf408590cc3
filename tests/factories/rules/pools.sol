// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// Pools, vaults and streams by the rules that Curve, Yearn and Sablier publish, as far as a reader of positions sees
// them: no copy of their code. Without libraries, so that compiling them takes no time.

interface IERC20 {
    function balanceOf(address) external view returns (uint256);

    function transfer(address, uint256) external returns (bool);

    function transferFrom(address, address, uint256) external returns (bool);
}

// expects:
contract ERC20 {
    uint8 public constant decimals = 18;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;

    function transfer(address to, uint256 units) external returns (bool) {
        balanceOf[msg.sender] -= units;
        balanceOf[to] += units;
        return true;
    }

    function approve(address spender, uint256 units) external returns (bool) {
        allowance[msg.sender][spender] = units;
        return true;
    }

    function transferFrom(address from, address to, uint256 units) external returns (bool) {
        allowance[from][msg.sender] -= units;
        balanceOf[from] -= units;
        balanceOf[to] += units;
        return true;
    }

    function _mint(address to, uint256 units) internal {
        totalSupply += units;
        balanceOf[to] += units;
    }

    function _burn(address from, uint256 units) internal {
        totalSupply -= units;
        balanceOf[from] -= units;
    }
}

// expects:
contract Plain is ERC20 {
    constructor() {
        _mint(msg.sender, 1e36);
    }
}

// expects:
contract CurvePool is ERC20 {
    address[] public coins;
    uint256[] public balances;
    bool private immutable volatile_;

    constructor(address[] memory coins_, bool isVolatile) {
        coins = coins_;
        balances = new uint256[](coins_.length);
        volatile_ = isVolatile;
    }

    function gamma() external view returns (uint256) {
        require(volatile_);
        return 1;
    }

    function add(uint256[] calldata amounts, uint256 shares) external {
        for (uint256 i = 0; i < coins.length; i++) {
            IERC20(coins[i]).transferFrom(msg.sender, address(this), amounts[i]);
            balances[i] += amounts[i];
        }
        _mint(msg.sender, shares);
    }

    // Fees that belong to the protocol lie in the pool and are in no balance.
    function trade(uint256 i, uint256 units, uint256 fee) external {
        IERC20(coins[i]).transferFrom(msg.sender, address(this), units);
        balances[i] += units - fee;
    }

    function remove_liquidity(uint256 amount) external {
        uint256 supply = totalSupply;
        _burn(msg.sender, amount);
        if (volatile_ && amount < supply) amount -= 1;
        for (uint256 i = 0; i < coins.length; i++) {
            uint256 value = (balances[i] * amount) / supply;
            balances[i] -= value;
            IERC20(coins[i]).transfer(msg.sender, value);
        }
    }
}

// expects:
contract CurveRegistry {
    mapping(address => address) public get_pool_from_lp_token;
    mapping(address => uint256) public get_n_coins;

    function list(address pool, uint256 count) external {
        get_pool_from_lp_token[pool] = pool;
        get_n_coins[pool] = count;
    }

    function get_coins(address pool) external view returns (address[8] memory found) {
        for (uint256 i = 0; i < get_n_coins[pool]; i++) found[i] = CurvePool(pool).coins(i);
    }

    function get_balances(address pool) external view returns (uint256[8] memory found) {
        for (uint256 i = 0; i < get_n_coins[pool]; i++) found[i] = CurvePool(pool).balances(i);
    }
}

// Yearn's vault before ERC-4626: idle and lent tokens, and profit that is released over time.
// expects:
contract YearnVault is ERC20 {
    IERC20 public immutable token;
    uint256 public lastReport;
    uint256 public lockedProfit;
    uint256 public lockedProfitDegradation = 46e12;
    uint256 public totalDebt;
    address private immutable strategy;

    constructor(IERC20 token_, address strategy_) {
        token = token_;
        strategy = strategy_;
        lastReport = block.timestamp;
    }

    function totalAssets() public view returns (uint256) {
        return token.balanceOf(address(this)) + totalDebt;
    }

    function _free() private view returns (uint256) {
        uint256 ratio = (block.timestamp - lastReport) * lockedProfitDegradation;
        uint256 locked = ratio < 1e18 ? lockedProfit - (ratio * lockedProfit) / 1e18 : 0;
        return totalAssets() - locked;
    }

    function shareValue(uint256 shares) public view returns (uint256) {
        return totalSupply == 0 ? shares : (shares * _free()) / totalSupply;
    }

    function pricePerShare() external view returns (uint256) {
        return shareValue(1e18);
    }

    // What is idle can be paid; this strategy pays nothing back at once.
    function maxAvailableShares() external view returns (uint256) {
        uint256 free = _free();
        return free == 0 ? 0 : (token.balanceOf(address(this)) * totalSupply) / free;
    }

    function deposit(uint256 amount) external {
        uint256 shares = totalSupply == 0 ? amount : (amount * totalSupply) / _free();
        token.transferFrom(msg.sender, address(this), amount);
        _mint(msg.sender, shares);
    }

    function lend(uint256 amount) external {
        totalDebt += amount;
        token.transfer(strategy, amount);
    }

    function report(uint256 gain) external {
        token.transferFrom(msg.sender, address(this), gain);
        lockedProfit += gain;
        lastReport = block.timestamp;
    }

    function withdraw(uint256 shares) external returns (uint256 value) {
        value = shareValue(shares);
        require(value <= token.balanceOf(address(this)));
        _burn(msg.sender, shares);
        token.transfer(msg.sender, value);
    }
}

// Streams of Sablier's shape: an NFT each, not enumerable.
// expects:
contract Streams {
    struct Stream {
        address asset;
        uint128 deposited;
        uint128 withdrawn;
        uint64 start;
        uint64 end;
    }

    event Transfer(address indexed from, address indexed to, uint256 indexed id);

    mapping(uint256 => Stream) private streams;
    mapping(uint256 => address) public ownerOf;
    uint256 public nextStreamId = 1;

    function create(address asset, address to, uint128 amount, uint64 end) external {
        IERC20(asset).transferFrom(msg.sender, address(this), amount);
        streams[nextStreamId] = Stream(asset, amount, 0, uint64(block.timestamp), end);
        ownerOf[nextStreamId] = to;
        emit Transfer(address(0), to, nextStreamId++);
    }

    function getAsset(uint256 id) external view returns (address) {
        return streams[id].asset;
    }

    function getEndTime(uint256 id) external view returns (uint64) {
        return streams[id].end;
    }

    function getDepositedAmount(uint256 id) external view returns (uint128) {
        return streams[id].deposited;
    }

    function getWithdrawnAmount(uint256 id) external view returns (uint128) {
        return streams[id].withdrawn;
    }

    function getRefundedAmount(uint256) external pure returns (uint128) {
        return 0;
    }

    function withdrawableAmountOf(uint256 id) public view returns (uint128) {
        Stream storage s = streams[id];
        if (block.timestamp >= s.end) return s.deposited - s.withdrawn;
        uint256 part = (block.timestamp - s.start) * 1e18 / (s.end - s.start);
        return uint128(uint256(s.deposited) * part / 1e18) - s.withdrawn;
    }

    function withdrawMax(uint256 id, address to) external {
        uint128 amount = withdrawableAmountOf(id);
        streams[id].withdrawn += amount;
        IERC20(streams[id].asset).transfer(to, amount);
    }

    function give(uint256 id, address to) external {
        emit Transfer(ownerOf[id], to, id);
        ownerOf[id] = to;
    }
}
