"""Digests as markup and as text.

Enters: a `Digest` and its links. Leaves: subject, preheader, HTML and text; equal input gives equal bytes.
"""
