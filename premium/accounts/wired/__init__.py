"""The parts of accounts, put together of a platform for its door."""
