// SPDX-License-Identifier: MIT
// Contracts that look at their sender in every way there is, and some that do not.
pragma solidity ^0.8.20;

library Looks {
    // An internal function is inlined; an external one runs by delegatecall and has the caller's sender.
    function who() external view returns (address) { return msg.sender; }
}

// expects: free
contract Counter {
    uint256 public count;
    event Counted(uint256 count);
    function count_() external { count += 1; emit Counted(count); }
    function add(uint256 by) external { count += by; }
}

// expects: free
contract Till {
    uint256 public held;
    function pay() external payable { held += msg.value; }
}

// expects: free
contract Origin {
    // tx.origin is the same in a batch.
    mapping(address => uint256) public seen;
    function mark() external { seen[tx.origin] += 1; }
}

// expects: free
contract Onward {
    // Who is called further sees this contract, whoever called it.
    Stores public stores;
    constructor() { stores = new Stores(); }
    function go() external { stores.store(); }
}

// expects: sender
contract Stores {
    address public last;
    function store() external { last = msg.sender; }
}

// expects: sender
contract Hashed {
    mapping(bytes32 => uint256) private kept;
    function keep() external { kept[keccak256(abi.encode(msg.sender, block.number))] = 1; }
}

// expects: sender
contract Emits {
    event By(address indexed who);
    function emit_() external { emit By(msg.sender); }
}

// expects: sender
contract Owned {
    address private owner = address(0xdead);
    uint256 public done;
    // Nobody's branch changes anything today; another's would tomorrow.
    function act() external { if (msg.sender == owner) { done += 1; } }
}

// expects: sender
contract NoContracts {
    uint256 public done;
    function act() external { require(msg.sender == tx.origin, "no contracts"); done += 1; }
}

// expects: sender
contract NoCode {
    uint256 public done;
    function act() external { require(msg.sender.code.length == 0, "no contracts"); done += 1; }
}

// expects: sender
contract Delegates {
    address private code;
    address public last;
    constructor() { code = address(new DelegatedCode()); }
    function act() external { (bool good,) = code.delegatecall(msg.data); require(good); }
}

// expects: helper
contract DelegatedCode {
    address private unused;
    address public last;
    function act() external { last = msg.sender; }
}

// expects: sender
contract Pays {
    mapping(address => uint256) public owed;
    // Nobody is owed anything: its effect is nothing today, for whoever calls.
    function claim() external { uint256 due = owed[msg.sender]; if (due > 0) { owed[msg.sender] = 0; } }
}

// expects: sender
contract Credits {
    mapping(address => uint256) public balance;
    function deposit() external payable { balance[msg.sender] += msg.value; }
}

// expects: sender
contract Asks {
    Names public names;
    uint256 public done;
    constructor() { names = new Names(); }
    function act() external { if (!names.barred(msg.sender)) { done += 1; } }
}

// expects: helper
contract Names {
    mapping(address => bool) public barred;
}

// expects: sender
contract ByAssembly {
    uint256 public done;
    function act() external { assembly { if iszero(eq(caller(), 1)) { sstore(done.slot, 1) } } }
}

// expects: reverts
contract Fails {
    function act() external pure { revert("never"); }
}
