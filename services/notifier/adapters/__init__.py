"""The notifier's ways to the outside: mail, markup, and the SQL store.

Enters: emails, digests, decisions. Leaves: receipts, rendered mails, rows.
"""
