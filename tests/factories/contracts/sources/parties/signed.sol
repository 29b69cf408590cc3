// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// As little of a token as has balances: compiling many in three builds takes its time.
abstract contract Small {
    mapping(address => uint256) internal held_;
    constructor() { held_[msg.sender] = 1e24; }
    function balanceOf(address who) external view returns (uint256) { return held_[who]; }
    function transfer(address to, uint256 n) external returns (bool) { move_(msg.sender, to, n); return true; }
    function move_(address a, address b, uint256 n) internal virtual { held_[a] -= n; held_[b] += n; }
}

// expects: signature_replay
contract SignedMoves is Small {
    function moveFor_(address from, address to, uint256 n, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 digest = keccak256(abi.encode(address(this), from, to, n));
        require(from != address(0) && ecrecover(digest, v, r, s) == from);
        move_(from, to, n);
    }
}
// expects: signature_replay
contract OnlyDeadline is Small {
    mapping(address => mapping(address => uint256)) lent_;
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        require(block.timestamp <= deadline);
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", address(this), keccak256(abi.encode(owner, spender, value, deadline))));
        require(owner != address(0) && ecrecover(digest, v, r, s) == owner);
        lent_[owner][spender] = value;
    }
}
// expects: signature_replay withdraw
contract SignedPayout {
    address signer_ = msg.sender;
    receive() external payable {}
    function claim_(address payable to, uint256 n, uint8 v, bytes32 r, bytes32 s) external {
        require(ecrecover(keccak256(abi.encode(to, n)), v, r, s) == signer_ && signer_ != address(0));
        to.transfer(n);
    }
}
// expects: signature_replay
contract NonceForgotten is Small {
    mapping(address => mapping(address => uint256)) lent_;
    mapping(address => uint256) public nonces;
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        require(block.timestamp <= deadline);
        bytes32 digest = keccak256(abi.encode(owner, spender, value, deadline));
        nonces[owner] += 1;
        require(owner != address(0) && ecrecover(digest, v, r, s) == owner);
        lent_[owner][spender] = value;
    }
}
// expects: withdraw
contract SignedOnce {
    address signer_ = msg.sender; mapping(bytes32 => bool) used_;
    receive() external payable {}
    function claim_(address payable to, uint256 n, bytes32 salt, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 digest = keccak256(abi.encode(address(this), to, n, salt));
        require(!used_[digest]); used_[digest] = true;
        require(ecrecover(digest, v, r, s) == signer_ && signer_ != address(0));
        to.transfer(n);
    }
}
// expects: withdraw
contract OneEach {
    address signer_ = msg.sender; mapping(address => bool) had_;
    receive() external payable {}
    function claim_(uint256 n, uint8 v, bytes32 r, bytes32 s) external {
        require(!had_[msg.sender]); had_[msg.sender] = true;
        require(ecrecover(keccak256(abi.encode(address(this), msg.sender, n)), v, r, s) == signer_ && signer_ != address(0));
        payable(msg.sender).transfer(n);
    }
}
// expects:
contract NonceGiven is Small {
    mapping(address => uint256) public nonces;
    function moveFor_(address from, address to, uint256 n, uint256 nonce, uint8 v, bytes32 r, bytes32 s) external {
        require(nonce == nonces[from]++);
        bytes32 digest = keccak256(abi.encode(block.chainid, address(this), from, to, n, nonce));
        require(from != address(0) && ecrecover(digest, v, r, s) == from);
        move_(from, to, n);
    }
}
// expects:
contract Bitmap is Small {
    mapping(address => mapping(uint256 => uint256)) seen_;
    function moveFor_(address from, address to, uint256 n, uint256 nonce, uint8 v, bytes32 r, bytes32 s) external {
        uint256 bit = 1 << (nonce & 255); uint256 now_ = seen_[from][nonce >> 8] ^= bit;
        require(now_ & bit != 0);
        bytes32 digest = keccak256(abi.encode(block.chainid, address(this), from, to, n, nonce));
        require(from != address(0) && ecrecover(digest, v, r, s) == from);
        move_(from, to, n);
    }
}
// expects: withdraw
contract SmartAccount {
    address owner_ = msg.sender; address entry_;
    constructor(address entry) { entry_ = entry; }
    function validate_(bytes32 hash, uint256 missing, uint8 v, bytes32 r, bytes32 s) external returns (uint256 bad) {
        require(msg.sender == entry_);
        if (ecrecover(hash, v, r, s) != owner_) bad = 1;
        if (missing > 0) { (bool ok,) = payable(msg.sender).call{value: missing}(""); ok; }
    }
}
// A vote counts whoever signs it; the signer's own is noted beside: the signature lets nobody do what others may not.
// expects:
contract CountsAnyway {
    address signer_ = msg.sender; uint256 public votes; uint256 public last;
    function vote_(uint256 n, uint8 v, bytes32 r, bytes32 s) external {
        if (ecrecover(keccak256(abi.encode(address(this), n)), v, r, s) == signer_) last = n;
        votes = n;
    }
}
// One check of two functions: that the other acts whoever signs makes this one no less open to a second use.
// expects: signature_replay
contract CheckIsShared {
    address signer_ = msg.sender; uint256 public votes; uint256 public last;
    function by_(uint256 n, uint8 v, bytes32 r, bytes32 s) internal view returns (bool) {
        return ecrecover(keccak256(abi.encode(address(this), n)), v, r, s) == signer_ && signer_ != address(0);
    }
    function vote_(uint256 n, uint8 v, bytes32 r, bytes32 s) external { if (by_(n, v, r, s)) last = n; votes = n; }
    function set_(uint256 n, uint8 v, bytes32 r, bytes32 s) external { require(by_(n, v, r, s)); last = n; }
}
// Who signs nothing that counts is sent away without a word.
// expects: signature_replay
contract LeavesQuietly {
    address signer_ = msg.sender; uint256 public last;
    function set_(uint256 n, uint8 v, bytes32 r, bytes32 s) external {
        if (ecrecover(keccak256(abi.encode(address(this), n)), v, r, s) != signer_ || signer_ == address(0)) return;
        last = n;
    }
}
// expects: environment_branch
contract SeesProducer is Small {
    function claim_() external { if (block.coinbase == address(0)) { held_[msg.sender] += 0; payable(msg.sender).transfer(address(this).balance); } }
    receive() external payable {}
}
// expects: environment_branch
contract SeesPrice {
    mapping(address => uint256) public due;
    receive() external payable { due[msg.sender] += msg.value; }
    function claim_() external { if (tx.gasprice == 0) { payable(msg.sender).transfer(1 ether); } else { due[msg.sender] = 0; } }
}
// expects: environment_branch
contract SeesGas {
    mapping(address => uint256) public due;
    receive() external payable { due[msg.sender] += msg.value; }
    function claim_() external { if (gasleft() > 20000000) { payable(msg.sender).transfer(1 ether); } else { due[msg.sender] = 0; } }
}
// expects: environment_branch
contract SeesNobody {
    mapping(address => uint256) public due;
    receive() external payable { due[msg.sender] += msg.value; }
    function claim_() external { if (tx.origin == address(0)) { payable(msg.sender).transfer(1 ether); } else { due[msg.sender] = 0; } }
}
// expects:
contract NeedsGas {
    mapping(address => uint256) public due;
    function relay_(address to, uint256 gas_, bytes calldata data) external {
        due[msg.sender] += 1;
        require(gasleft() > 50000, "gas");
        (bool ok,) = address(this).call{gas: gas_}(data); ok; to;
    }
}
// expects:
contract Refunds {
    mapping(address => uint256) public due;
    receive() external payable { due[msg.sender] += msg.value; }
    function pay_(uint256 most) external {
        uint256 start = gasleft();
        uint256 price = tx.gasprice < most ? tx.gasprice : most;
        uint256 owed = (start - gasleft()) * price;
        due[msg.sender] -= owed; payable(msg.sender).transfer(owed);
    }
}
// expects:
contract PaysProducer {
    function tip_() external payable { block.coinbase.transfer(msg.value); }
}
