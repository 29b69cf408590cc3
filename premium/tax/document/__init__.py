"""Read documents in the neutral JSON format from files of any size."""
