"""Stand for Stripe and Paddle on one machine.

`desk.Desk` keeps what is bought, `stripe` and `paddle` answer in the form of each, and `shapes` refuses what their own
libraries would not send. `door` is HTTP: the inbox's process serves it on the stage `local`, tests in a thread.
"""
