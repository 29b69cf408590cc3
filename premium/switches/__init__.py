"""What operators have switched off: users, rules and destinations.

A switch that is off stands in one table, which the queries of services ask by the function `switched_off`.
"""
