"""The terms that stacks are told in: sizes, facts, functions, tables, classes of workers."""
