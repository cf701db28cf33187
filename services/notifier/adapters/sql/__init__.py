"""The notifier's facts in the SQL store.

Enters: decisions, as values. Leaves: the same, kept; each method is one transaction.
"""
