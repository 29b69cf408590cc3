"""Notes: short texts that a user keeps, counted on request and ended after a year.

The door is `service.Notes`; nothing else of this package is imported from outside but the manifest.
"""
