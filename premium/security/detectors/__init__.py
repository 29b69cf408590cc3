"""Detectors of powers and faults in explored code; none of them goes by a name."""
