"""Pool arithmetic as the contracts do it: integers, and their roundings.

A shared room: portfolio, trading, yields and security value and move the same pools. `ticks` and `concentrated` are
Uniswap V3's, `constant_product` V2's; `exits` are what leaving Curve and Balancer pools in proportion pays; `pools` are
the fields by which files state them. `tests/integration/portfolio/test_positions.py` holds them against bytecode.
"""
