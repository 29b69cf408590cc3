pragma solidity ^0.4.16;
contract Done { function bye() public { selfdestruct(msg.sender); } } //! access_control
