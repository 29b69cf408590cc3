"""Security scans: what a contract's code can do to its holders, and who controls it.

Engine rooms, each importing only those before it: `evm` explores bytecode, `detectors` find signals in what was
explored, `report` turns signals into findings and a score, `contract` follows one address through its proxies to
the parties in control, over a port. `onchain` reads that port from nodes. The door is `service.py`.
"""
