"""What a stage costs a month, from its synthesized templates and a dated price table.

Nothing is asked of a server. `python -m cdk_app.cost --stage prod`: docs/cost.md.
"""
