"""Who changed what, when and from where: an append-only trail in DynamoDB.

Its door is `premium.audit.service`: `AuditTrail.of(platform)` writes an entry before a change and another one after
it, `AuditLog.of(platform)` reads both as one. docs/decisions/0010-audit.md tells why.
"""
