pragma solidity ^0.7.0;
contract L7 {
    function go(address payable t, bytes calldata d) external payable {
        t.call{value: msg.value}(d); //! unchecked_low_level_calls
    }
    function fine(address payable t) external payable { (bool k, ) = t.call{value: msg.value}(""); require(k); }
    function lost(address payable t) external payable {
        (bool k, ) = t.call{value: msg.value}(""); //! unchecked_low_level_calls
    }
}
