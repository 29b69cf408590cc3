"""Answer files of cases: transactions, messages, ABI data and scores, offline."""
