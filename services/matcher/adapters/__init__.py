"""The indices of criteria and of recent postings, in memory and in Elasticsearch.

Enters: criteria and postings. Leaves: hits, exactly those of `services.rules.verdict`.
"""
