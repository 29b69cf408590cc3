"""Read and judge messages of EIP-4361, "Sign-In with Ethereum".

`message.parse` reads a text to the byte, `rules.judge` compares it with what a server expects, `signatures.signer`
tells who signed it, `contracts` asks wallets that are contracts. Nothing here knows a clock, a store or a node.
"""
