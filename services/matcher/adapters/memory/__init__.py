"""Both indices in the memory of one process: sorted columns, scanned by numpy or numba.

Records of criteria and postings enter; hits leave.
"""
