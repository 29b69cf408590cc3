"""Forecast base fees with bands, and score the forecasts walk forward.

Whatever is said after a block is made of that block and those before it. Plain Python throughout: the same input gives
the same output on every machine.
"""
