"""The resident that follows chains' fees and answers what only a node knows."""
