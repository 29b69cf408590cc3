"""Events as columns of numbers, so that a whole batch is compared at once."""
