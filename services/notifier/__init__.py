"""Notifier: from matches to one short digest in a mailbox.

Enters: matches.v1 and the store's subscribers and searches. Leaves: digests, handed to a mailer, and their ledger.
"""
