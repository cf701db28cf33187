"""Digests, the windows that they close, and what becomes of their mails.

Enters: digests and holds, answers of mailers. Leaves: deliveries by their state, and what each subscriber was sent.
"""
