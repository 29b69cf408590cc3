"""Programs that the Makefile starts."""
