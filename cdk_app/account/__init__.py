"""What an operator does with a stage's account by hand.

Look before the first deployment, rotate passwords.
"""
