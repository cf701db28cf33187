"""Relevance: what invented people are mailed over captured feeds, held against what readers of the postings said."""
