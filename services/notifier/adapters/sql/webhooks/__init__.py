"""Webhooks in SQL: what their owners say of them, and what is posted there and what came of it.

Enters: addresses, jobs that were found, answers. Leaves: rows.
"""
