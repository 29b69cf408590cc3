"""What browsers tell of the web console's speed, as metrics and nothing else.

The door is `service`.
"""
