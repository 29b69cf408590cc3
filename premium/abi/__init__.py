"""Read and write the ABI of contracts strictly, bounded by the bytes that came.

A shared room, pure: security reads calldata, trading builds and reads it. `types` parses type names, `decoder` says
what bytes hold and in which form, `encoder` writes them, `signatures` knows functions and their selectors, `values` the
JSON form. Neither web3 nor eth-abi is imported: tests hold this room to them (`docs/decisions/0018-abi.md`).
"""
