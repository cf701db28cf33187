"""Criteria that searches share, and their way into criteria.v1.

Enters: searches that join and leave criteria. Leaves: one row and one growing version for each, by way of the outbox.
"""
