pragma solidity ^0.4.19;
contract Reg {
    bool public unlocked = false;
    struct Rec { bytes32 n; address a; }
    mapping(bytes32 => address) public r;
    function add(bytes32 n, address a) public {
        Rec x; //! other
        x.n = n;
        x.a = a;
        r[n] = a;
        require(unlocked);
    }
}
