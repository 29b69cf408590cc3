"""The index of rules: groups of equal texts, and sorted thresholds within them."""
