"""What came in matches.v1, and which of it is due for whom.

Enters: records of matches.v1, each at its position. Leaves: cuts, due windows and the best postings in each.
"""
