"""Asks contracts through web3.py, pinned to one block, over the product's own nodes.

`provider` carries web3's calls over `premium.chains.rpc`, so that failover, breakers, bucket and Multicall3 hold for
them; `caller` is what readers of protocols use; `protocols` knows which contracts belong to which protocol. web3 takes
a second to import: workers, tests and `local` alone do.
"""
