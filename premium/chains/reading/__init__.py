"""Reads many contracts at one block.

What is asked, how it is written and read, and what spoils a chunk.
"""
