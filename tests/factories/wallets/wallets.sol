// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

// expects:
contract OwnedWallet {
    address private immutable owner;

    constructor(address of_) {
        owner = of_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        address signer = ecrecover(
            digest, uint8(signature[64]), bytes32(signature[0:32]), bytes32(signature[32:64])
        );
        return signer != address(0) && signer == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}

// expects:
contract WalletFactory {
    function make(address owner, bytes32 salt) external returns (address) {
        return address(new OwnedWallet{salt: salt}(owner));
    }

    function place(address owner, bytes32 salt) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(OwnedWallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, code)))));
    }
}

// expects:
contract RevertingWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        revert("no");
    }
}

// expects:
contract ShortWallet {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 4)
        }
    }
}

// expects:
contract YesWallet {
    // Says yes to anything, and hides something behind the magic value: no answer of ERC-1271.
    fallback() external {
        assembly {
            mstore(0, or(shl(224, 0x1626ba7e), 1))
            return(0, 32)
        }
    }
}

// expects:
contract SignedOnChainWallet {
    // As Safe does for messages that its owners approved in a transaction: the signature is empty.
    function isValidSignature(bytes32, bytes calldata signature) external pure returns (bytes4) {
        return signature.length == 0 ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}

// expects:
contract SpendingWallet {
    uint256 private spent;

    // Would change its state, which a check must not let it.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        spent += 1;
        return 0x1626ba7e;
    }
}
