"""Which jobs go into a digest, and in which order; docs/curation.md says it in words.

Enters: a subscriber, their due searches, candidates and what they were sent.
Leaves: a `Digest` or a `Hold`, with a reason for each job.
"""
