"""The shared rules: pure functions over posting.v1 and criteria.v1.

Enters: models and the dated tables in data/. Leaves: canonical criteria, verdicts, folded text, places, money.
"""
