"""Detectors of who decides: owners shown and hidden, signers, the block's producer."""
