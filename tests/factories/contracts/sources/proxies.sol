// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
import "base.sol";

abstract contract Started is Ledger {
    address internal head_;

    function start_(address head) external {
        require(head_ == address(0));
        head_ = head;
        held_[head] = 1e24;
    }

    modifier onlyHead_() {
        require(msg.sender == head_, "no");
        _;
    }
}

// expects: mint
contract StartedMint is Started {
    function issue_(address to, uint256 amount) external onlyHead_ {
        held_[to] += amount;
        supply_ += amount;
    }
}

// expects:
contract StartedFixed is Started {}

// expects: mint upgradeable
contract SelfUpgrading is Started {
    bytes32 internal constant PLACE_ = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    function proxiableUUID() external pure returns (bytes32) {
        return PLACE_;
    }
    function issue_(address to, uint256 amount) external onlyHead_ {
        held_[to] += amount;
    }
    function renew_(address next) external onlyHead_ {
        assembly {
            sstore(PLACE_, next)
        }
    }
}

// expects: open_upgrade
contract OpenUpgrading is Started {
    bytes32 internal constant PLACE_ = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    function proxiableUUID() external pure returns (bytes32) {
        return PLACE_;
    }
    function renew_(address next) external {
        assembly {
            sstore(PLACE_, next)
        }
    }
}

abstract contract Forwarding {
    function place_() internal pure virtual returns (bytes32);

    constructor(address first) {
        bytes32 at = place_();
        assembly {
            sstore(at, first)
        }
    }

    fallback() external payable {
        bytes32 at = place_();
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), sload(at), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) {
                revert(0, returndatasize())
            }
            return(0, returndatasize())
        }
    }
}

// expects:
contract StandardSlot is Forwarding {
    constructor(address first) Forwarding(first) {}
    function place_() internal pure override returns (bytes32) {
        return 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    }
}

// expects:
contract OldSlot is Forwarding {
    constructor(address first) Forwarding(first) {}
    function place_() internal pure override returns (bytes32) {
        return 0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3;
    }
}

// expects:
contract FirstSlot is Forwarding {
    constructor(address first) Forwarding(first) {}
    function place_() internal pure override returns (bytes32) {
        return 0;
    }
}

// expects: upgradeable
contract OwnSlot is Forwarding {
    constructor(address first) Forwarding(first) {
        bytes32 at = keccak256("somewhere else");
        assembly {
            sstore(at, caller())
        }
    }
    function place_() internal pure override returns (bytes32) {
        return keccak256("somewhere");
    }
    function swap_(address next) external {
        bytes32 who = keccak256("somewhere else");
        bytes32 at = place_();
        assembly {
            if iszero(eq(caller(), sload(who))) {
                revert(0, 0)
            }
            sstore(at, next)
        }
    }
}

// expects: upgradeable
contract Faceted {
    struct Parts {
        mapping(bytes4 => address) where_;
        address[] all_;
        address head_;
    }
    function parts_() internal pure returns (Parts storage found) {
        bytes32 at = keccak256("parts");
        assembly {
            found.slot := at
        }
    }
    constructor(bytes4[] memory selectors, address facet) {
        for (uint256 i = 0; i < selectors.length; i++) parts_().where_[selectors[i]] = facet;
        parts_().all_.push(facet);
        parts_().head_ = msg.sender;
    }
    function facetAddresses() external view returns (address[] memory) {
        return parts_().all_;
    }
    function cut_(bytes4 selector, address facet) external {
        require(msg.sender == parts_().head_);
        parts_().where_[selector] = facet;
    }
    fallback() external payable {
        address facet = parts_().where_[msg.sig];
        require(facet != address(0));
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) {
                revert(0, returndatasize())
            }
            return(0, returndatasize())
        }
    }
}
