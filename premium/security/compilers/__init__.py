"""Compilers of Solidity: which are here, which are asked for, and how one runs."""
