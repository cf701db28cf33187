"""Both indices in Elasticsearch, one of each for all workers: plain documents.

Records of criteria and postings enter; hits leave.
"""
