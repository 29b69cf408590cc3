"""Hosts of our own: the files that they run, and the script that brings them."""
