"""The ways to run transactions on a node: blocks, traces, plain calls."""
