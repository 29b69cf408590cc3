"""Say what a transaction will cost, on every chain.

`fees` holds the rules of base fees, blobs and rollups as exact integers, `series` forecasts base fees and scores them
walk forward, `asked` answers the cases of `premium gas`. Nothing here opens a socket.
"""
