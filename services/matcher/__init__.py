"""Matcher: which criteria does a posting fit, and which recent postings do new criteria fit.

Enters: postings.v1 and criteria.v1. Leaves: matches.v1.
"""
