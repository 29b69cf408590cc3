"""Pairs of caps that kept a promise of inclusion within some blocks.

Every offer is made from what was seen by then; what came of it is counted, and only that is told.
"""
