"""Ingest's ways to the outside.

Enters: bytes over HTTP, from files and pushes. Leaves: items as drafts, and the ledger of sources in the store.
"""
