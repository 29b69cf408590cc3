// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

// Never deployed: an eth_call without a recipient runs the constructor, which returns one byte.
// 0: the wallet says no. 1: it says yes. 2: there is no code at the address, also after what its factory was asked.
contract SignatureCheck {
    bytes32 private constant WRAPPED = 0x6492649264926492649264926492649264926492649264926492649264926492;
    bytes4 private constant MAGIC = 0x1626ba7e;

    constructor(address wallet, bytes32 digest, bytes memory signature) {
        uint256 verdict = judged(wallet, digest, signature);
        assembly {
            mstore(0, verdict)
            return(31, 1)
        }
    }

    function judged(address wallet, bytes32 digest, bytes memory signature) private returns (uint256) {
        if (!wrapped(signature)) {
            return wallet.code.length == 0 ? 2 : says(wallet, digest, signature);
        }
        (address factory, bytes memory order, bytes memory inner) =
            abi.decode(signature, (address, bytes, bytes));
        if (wallet.code.length != 0 && says(wallet, digest, inner) == 1) {
            return 1;
        }
        (bool done, ) = factory.call(order);
        done; // a wallet that stands already may be left as it is, or be prepared: what it says then decides
        return wallet.code.length == 0 ? 2 : says(wallet, digest, inner);
    }

    function wrapped(bytes memory signature) private pure returns (bool) {
        bytes32 last;
        uint256 length = signature.length;
        if (length < 32) {
            return false;
        }
        assembly {
            last := mload(add(signature, length))
        }
        return last == WRAPPED;
    }

    function says(address wallet, bytes32 digest, bytes memory signature) private view returns (uint256) {
        (bool done, bytes memory answer) = wallet.staticcall(abi.encodeWithSelector(MAGIC, digest, signature));
        return done && answer.length >= 32 && bytes32(answer) == bytes32(MAGIC) ? 1 : 0;
    }
}
