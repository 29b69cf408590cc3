// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "base.sol";

// expects:
contract FixedSupply is Ledger {}

// expects:
contract OwnedWithoutPowers is Ledger, Headed {
    string public site;
    function describe_(string calldata text) external onlyHead_ {
        site = text;
    }
}

// expects:
contract Burnable is Ledger {
    function burn_(uint256 amount) external {
        held_[msg.sender] -= amount;
        supply_ -= amount;
    }
    function burnFor_(address from, uint256 amount) external {
        allowed_[from][msg.sender] -= amount;
        held_[from] -= amount;
        supply_ -= amount;
    }
}

// expects:
contract Permitted is Ledger {
    mapping(address => uint256) internal nonces_;
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        require(block.timestamp <= deadline);
        bytes32 digest = keccak256(abi.encode(owner, spender, value, nonces_[owner]++, deadline));
        require(ecrecover(digest, v, r, s) == owner && owner != address(0));
        allowed_[owner][spender] = value;
    }
}

// expects:
contract Locked is Ledger {
    uint256 internal lock_ = 1;
    modifier once_() {
        require(lock_ == 1);
        lock_ = 2;
        _;
        lock_ = 1;
    }
    function move_(address from, address to, uint256 amount) internal override once_ {
        held_[from] -= amount;
        held_[to] += amount;
    }
}

// expects:
contract Wrapped is Ledger {
    receive() external payable {
        held_[msg.sender] += msg.value;
    }
    function give_() external payable {
        held_[msg.sender] += msg.value;
    }
    function take_(uint256 amount) external {
        held_[msg.sender] -= amount;
        (bool sent, ) = msg.sender.call{value: amount}("");
        require(sent);
    }
}

interface IToken {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
}

// expects:
contract Vault is Ledger {
    IToken internal immutable asset_;
    constructor(IToken asset) {
        asset_ = asset;
    }
    function in_(uint256 amount) external {
        require(asset_.transferFrom(msg.sender, address(this), amount));
        held_[msg.sender] += amount;
        supply_ += amount;
    }
    function out_(uint256 amount) external {
        held_[msg.sender] -= amount;
        supply_ -= amount;
        require(asset_.transfer(msg.sender, amount));
    }
}

// expects:
contract TwoOfTwo {
    address internal immutable one_;
    address internal immutable two_;
    mapping(bytes32 => mapping(address => bool)) internal agreed_;
    constructor(address other) {
        one_ = msg.sender;
        two_ = other;
    }
    receive() external payable {}
    function agree_(bytes32 what) external {
        agreed_[what][msg.sender] = true;
    }
    function run_(address to, uint256 value, bytes calldata data) external {
        bytes32 what = keccak256(abi.encode(to, value, data));
        require(agreed_[what][one_] && agreed_[what][two_]);
        agreed_[what][one_] = false;
        (bool done, ) = to.call{value: value}(data);
        require(done);
    }
}

// expects:
contract NoContracts is Ledger {
    function hello_() external {
        require(tx.origin == msg.sender, "only accounts");
        supply_ = supply_ + 0;
        allowed_[msg.sender][address(this)] = 1;
    }
}

// expects:
contract Multicalled is Ledger {
    function many_(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; i++) {
            (bool done, ) = address(this).delegatecall(calls[i]);
            require(done);
        }
    }
}

// expects: withdraw
contract Tips is Ledger, Headed {
    receive() external payable {}
    function collect_() external onlyHead_ {
        payable(msg.sender).transfer(address(this).balance);
    }
}
