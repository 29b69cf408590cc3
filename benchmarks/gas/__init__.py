"""Fees of gas: arithmetic, forecasts beside baselines, and offers beside go-ethereum's rule."""
