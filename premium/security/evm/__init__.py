"""Symbolic execution of EVM bytecode: from bytes to paths with conditions and effects."""
