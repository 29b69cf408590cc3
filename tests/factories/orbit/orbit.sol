// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Stands where Arbitrum has NodeInterface, and reckons as its documentation says:
/// data cost 16 units a byte at layer one's price, and are paid as gas of this chain, a tenth more than it costs now.
/// Without Brotli, which no contract has: what a real node says of the same data is less.
// expects: free
contract Orbit {
    uint256 public l1Price;
    uint256 constant OVERHEAD = 140;

    function tell(uint256 price) external {
        l1Price = price;
    }

    function gasEstimateL1Component(address, bool, bytes calldata data)
        external
        view
        returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate)
    {
        baseFee = block.basefee;
        l1BaseFeeEstimate = l1Price;
        uint256 cost = (OVERHEAD + data.length) * 16 * l1Price;
        gasEstimateForL1 = uint64((cost * 11) / 10 / baseFee);
    }
}
