// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// A feed by Chainlink's published interface: https://docs.chain.link/data-feeds/api-reference
// expects:
contract Feed {
    uint8 public decimals;
    string public description;
    address public aggregator;
    int192 public minAnswer;
    int192 public maxAnswer;
    int256 answer;
    uint256 started;
    uint256 updated;

    constructor(uint8 scale, string memory name, int192 low, int192 high) {
        (decimals, description, minAnswer, maxAnswer, aggregator) = (scale, name, low, high, address(this));
    }

    function say(int256 value, uint256 startedAt, uint256 updatedAt) external {
        (answer, started, updated) = (value, startedAt, updatedAt);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, started, updated, 1);
    }
}
