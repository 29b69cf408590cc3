"""Change our own passwords while requests go on.

Two are valid at a time, in an order that a kill does not break.

Its door is `service.Rotation`. A rotation is a name (the moment it began) that every secret carries once it has its new
value; what does not carry it yet is what is left to do, so that a rotation that died is gone on with by the next one.
"""
