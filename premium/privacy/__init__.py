"""Privacy: what users take with them, and what they have erased.

Its door is `premium.privacy.service`: `Exports.of(platform)`, `Erasures.of(platform)`. Where data of users lie, each
service says in its manifest (`places`); docs/decisions/0019-erasure.md says how they go.
"""
