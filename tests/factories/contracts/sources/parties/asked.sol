// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

// expects: withdraw
contract AnyoneEmpties { uint256 n_; receive() external payable {} function count_() external { n_++; } function empty_(address payable a) external { a.transfer(address(this).balance); } }
// expects:
contract HandsBack { function back_() external payable { payable(msg.sender).transfer(address(this).balance); } receive() external payable {} }
// expects: withdraw
contract CallerEmpties { uint256 n_; receive() external payable { n_ += msg.value; } function all_() external { payable(msg.sender).transfer(address(this).balance); } }
// expects:
contract EachHisOwn {
    mapping(address => uint256) due_;
    function put_() external payable { due_[msg.sender] += msg.value; }
    function get_() external { uint256 v = due_[msg.sender]; due_[msg.sender] = 0; payable(msg.sender).transfer(v); }
}
// expects: privileged_call, withdraw
contract Later {
    mapping(bytes32 => uint256) when_; address chief_ = msg.sender;
    receive() external payable {}
    function plan_(address a, uint256 v, bytes calldata d) external { require(msg.sender == chief_); when_[keccak256(abi.encode(a, v, d))] = block.timestamp + 1 days; }
    function drop_(bytes32 h) external { require(msg.sender == chief_); when_[h] = 0; }
    function run_(address a, uint256 v, bytes calldata d) external {
        bytes32 h = keccak256(abi.encode(a, v, d));
        require(msg.sender == chief_ && when_[h] > 0 && block.timestamp >= when_[h]);
        when_[h] = 0; (bool ok, ) = a.call{value: v}(d); require(ok);
    }
}
// expects: open_call
contract LockedCall {
    uint256 state_ = 1; mapping(address => uint256) used_;
    function run_(address a, bytes calldata d) external { require(state_ == 1); state_ = 2; used_[msg.sender]++; (bool ok, ) = a.call(d); require(ok); state_ = 1; }
}
interface ISigns { function isValidSignature(bytes32 h, bytes calldata s) external view returns (bytes4); }
// expects: privileged_call, withdraw
contract Confirmed {
    mapping(address => bool) keepers_; uint256 nonce_; address first_ = msg.sender;
    receive() external payable {}
    function admit_(address a) external { require(msg.sender == first_); keepers_[a] = true; }
    function run_(address who, address a, uint256 v, bytes calldata d, bytes calldata s) external {
        require(keepers_[who]);
        require(ISigns(who).isValidSignature(keccak256(abi.encode(address(this), nonce_++, a, v, d)), s) == 0x1626ba7e);
        (bool ok, ) = a.call{value: v}(d); require(ok);
    }
}
// expects:
contract SetUpOnce {
    address owner_; uint256 n_;
    function start_(address a, address lib, bytes calldata d) external { require(owner_ == address(0)); owner_ = a; (bool ok, ) = lib.delegatecall(d); require(ok); }
    function more_() external { require(msg.sender == owner_); n_++; }
}
// expects: open_delegatecall
contract LockedPlug {
    bool busy_; uint256 n_;
    function more_() external { n_++; }
    function plug_(address lib, bytes calldata d) external { require(!busy_); busy_ = true; (bool ok, ) = lib.delegatecall(d); require(ok); busy_ = false; }
}
// expects:
contract PaysTheGas {
    mapping(address => uint256) due_;
    function put_() external payable { due_[msg.sender] += msg.value; }
    function back_(uint256 used) external {
        uint256 price = tx.gasprice < 30 gwei ? tx.gasprice : 30 gwei;
        due_[msg.sender] -= used * price; payable(msg.sender).transfer(used * price);
    }
}
// expects: environment_branch
contract PricedGate { uint256 n_; function go_() external { if (tx.gasprice < 30 gwei) n_++; } }
