"""The services, the rules that they share, and the runtime that drives them.

Enters: feeds, what people ask for, settings. Leaves: postings, matches, digests as mails, pages and webhooks.
"""
