"""A handler asks a resident process and waits for its reply, over Redis.

`service.Asks` asks, `answers.answer_asks` answers; `line` holds what both do in Redis. Each ask has a deadline.
"""
