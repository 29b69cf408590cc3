"""Tells what was given as a wallet where it is no EVM address.

A secret, or an address of another kind. Nothing here repeats what was given: who pastes a key by mistake must not find
it in an answer or a log.
"""
