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

// An owner as ERC-173 shows one; what is hidden stands beside it.
abstract contract Shown is Small {
    address internal owner_ = msg.sender;
    modifier onlyOwner_() { require(msg.sender == owner_, "no"); _; }
    function owner() public view virtual returns (address) { return owner_; }
    function transferOwnership(address next) external virtual onlyOwner_ { owner_ = next; }
    function renounceOwnership() external virtual onlyOwner_ { owner_ = address(0); }
}
// expects: hidden_owner mint
contract TwoMasters is Shown {
    address private dev_ = msg.sender;
    function issue_(address to, uint256 n) external { require(msg.sender == dev_); held_[to] += n; }
}
// expects: hidden_owner mint
contract EitherMaster is Shown {
    address private dev_ = msg.sender;
    function issue_(address to, uint256 n) external { require(msg.sender == owner_ || msg.sender == dev_); held_[to] += n; }
}
// expects: hidden_owner pause
contract HardWired is Shown {
    bool shut_;
    function shut(bool on) external { require(msg.sender == 0x1234567890123456789012345678901234567890); shut_ = on; }
    function move_(address a, address b, uint256 n) internal override { require(!shut_); super.move_(a, b, n); }
}
// expects: hidden_owner mint
contract ByHash is Shown {
    bytes32 constant WHO_ = 0x5b38da6a701c568545dcfcb03fcb875f56beddc45b38da6a701c568545dcfcb0;
    function issue_(address to, uint256 n) external { require(keccak256(abi.encodePacked(msg.sender)) == WHO_); held_[to] += n; }
}
// expects: hidden_owner blacklist
contract ByXor is Shown {
    mapping(address => bool) bad_;
    function mark_(address a, bool on) external { require(uint160(msg.sender) ^ 0x112233445566778899 == 0x5B38Da6a701c568545dCfcB03FcB875f56bedd); bad_[a] = on; }
    function move_(address a, address b, uint256 n) internal override { require(!bad_[a]); super.move_(a, b, n); }
}
// expects: hidden_owner mint
contract ShowsNobody is Small {
    address private boss_ = msg.sender;
    function owner() external pure returns (address) { return address(0); }
    function issue_(address to, uint256 n) external { require(msg.sender == boss_); held_[to] += n; }
}
// expects: hidden_owner confiscate
contract HiddenList is Shown {
    mapping(address => bool) private may_;
    constructor() { may_[msg.sender] = true; }
    function seize_(address a, uint256 n) external { require(may_[msg.sender]); held_[a] -= n; }
}
// expects: mint pause
contract PublicRoles is Shown {
    address public minter = msg.sender;
    address public guardian = msg.sender;
    bool shut_;
    function setMinter(address a) external onlyOwner_ { minter = a; }
    function setGuardian(address a) external onlyOwner_ { guardian = a; }
    function issue_(address to, uint256 n) external { require(msg.sender == minter); held_[to] += n; }
    function shut(bool on) external { require(msg.sender == guardian); shut_ = on; }
    function move_(address a, address b, uint256 n) internal override { require(!shut_); super.move_(a, b, n); }
}
// expects: mint
contract HandedOut is Shown {
    address private minter_;
    function setMinter(address a) external onlyOwner_ { minter_ = a; }
    function issue_(address to, uint256 n) external { require(msg.sender == minter_); held_[to] += n; }
}
// expects: mint
contract PublicMarks is Shown {
    mapping(address => bool) public isMinter;
    constructor() { isMinter[msg.sender] = true; }
    function issue_(address to, uint256 n) external { require(isMinter[msg.sender]); held_[to] += n; }
}
// expects: mint
contract FixedMinter is Shown {
    address public immutable bridge;
    constructor(address b) { bridge = b; }
    function issue_(address to, uint256 n) external onlyOwner_ { held_[to] += n; }
}
