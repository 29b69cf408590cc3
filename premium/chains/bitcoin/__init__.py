"""Bitcoin and the chains that are built like it, over servers of Esplora's shape.

`network`, `segwit`, `address` and `keys` are pure; `derivation` needs a library that workers alone have.
"""
