"""Sources of the contracts that the show of security puts on the local chain."""

SWEEPER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Sweeper {
    address constant TO = 0x00000000000000000000000000000000DeaDBeef;
    receive() external payable {
        (bool done,) = TO.call{value: address(this).balance}("");
        require(done);
    }
}
"""
"""What accounts that delegate to it receive, it sends on."""

CLAIM = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
interface Token { function transfer(address to, uint256 amount) external returns (bool); }
contract Claim {
    Token immutable token;
    address immutable owner = msg.sender;
    constructor(Token t) { token = t; }
    function claim() external payable {
        if (tx.gasprice == 0 || block.basefee == 0) token.transfer(msg.sender, 5000 ether);
        else payable(owner).transfer(msg.value);
    }
}
"""
"""Pays where a careless simulator asks, whose gas costs nothing."""

NEWCOMER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Rocket {
    string public constant name = "Rocket";
    string public constant symbol = "RCKT";
    uint8 public constant decimals = 18;
    uint256 public constant totalSupply = 1000000 ether;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) stuck;
    address owner = msg.sender;
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    constructor() { balanceOf[msg.sender] = totalSupply; emit Transfer(address(0), msg.sender, totalSupply); }
    function stick(address who) external { require(msg.sender == owner); stuck[who] = true; }
    function transfer(address to, uint256 value) external returns (bool) { _move(msg.sender, to, value); return true; }
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }
    function _move(address from, address to, uint256 value) internal {
        require(!stuck[from]);
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}
"""
"""Its owner marks whoever has bought; who comes new sells."""

STABLE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Stable {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) blocked;
    uint256 public totalSupply;
    address public owner;
    bool public paused;
    string public constant symbol = "USDX";
    uint8 public constant decimals = 6;
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    modifier byOwner() { require(msg.sender == owner); _; }
    function start(address first) external { require(owner == address(0)); owner = first; }
    function mint(address to, uint256 value) external byOwner {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }
    function pause(bool on) external byOwner { paused = on; }
    function blockAccount(address who, bool on) external byOwner { blocked[who] = on; }
    function transfer(address to, uint256 value) external returns (bool) { _move(msg.sender, to, value); return true; }
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }
    function _move(address from, address to, uint256 value) internal {
        require(!paused && !blocked[from] && !blocked[to]);
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
    TAKE
}
"""
"""Built like the great stablecoins: its issuer mints, pauses and blocks."""

STABLE_FIRST = STABLE.replace("TAKE", "")
STABLE_SECOND = STABLE.replace(
    "TAKE",
    "function seize(address from) external byOwner {"
    " balanceOf[owner] += balanceOf[from]; balanceOf[from] = 0; emit Transfer(from, owner, 0); }",
)
"""Its next code, by which the issuer may take what others hold."""

VYPER = """# pragma version ^0.4.0
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
totalSupply: public(uint256)
owner: public(address)
paused: public(bool)
event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256
@deploy
def __init__():
    self.owner = msg.sender
    self.balanceOf[msg.sender] = 10 ** 24
    self.totalSupply = 10 ** 24
@internal
def _move(sender: address, receiver: address, units: uint256):
    assert not self.paused
    self.balanceOf[sender] -= units
    self.balanceOf[receiver] += units
    log Transfer(sender=sender, receiver=receiver, value=units)
@external
def transfer(receiver: address, units: uint256) -> bool:
    self._move(msg.sender, receiver, units)
    return True
@external
def approve(spender: address, units: uint256) -> bool:
    self.allowance[msg.sender][spender] = units
    return True
@external
def transferFrom(sender: address, receiver: address, units: uint256) -> bool:
    self.allowance[sender][msg.sender] -= units
    self._move(sender, receiver, units)
    return True
@external
def mint(receiver: address, units: uint256):
    assert msg.sender == self.owner
    self.totalSupply += units
    self.balanceOf[receiver] += units
@external
def pause(on: bool):
    assert msg.sender == self.owner
    self.paused = on
@external
def own(to: address):
    self.owner = to
"""
"""A token of Vyper that its owner mints and pauses, and whose owner anyone may become."""
