"""The host of the time series."""
