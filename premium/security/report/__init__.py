"""Findings and the risk score made from signals, with the words that explain them."""
