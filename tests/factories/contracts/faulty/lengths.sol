pragma solidity ^0.4.24;
contract Map {
    uint[] data;
    address owner;
    function set(uint k, uint v) public {
        if (data.length <= k) {
            data.length = k + 1; //! access_control
        }
        data[k] = v;
    }
}
