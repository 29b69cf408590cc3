"""What an operator does with a stage's account by hand: look before the first deployment, rotate passwords."""
