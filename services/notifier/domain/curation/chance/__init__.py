"""How likely a person accepts a job that fits their search, as docs/relevance.md says it.

A wish, a posting made ready and what the person said of jobs enter; a `Chance` with what speaks against the job leaves.
"""
