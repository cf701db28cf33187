"""Ingest: from a feed's bytes to posting.v1.

Enters: feeds over HTTP or from files. Leaves: raw.v1 from the collectors, postings.v1 from the normaliser.
"""
