"""The rules of the normaliser: a draft enters; a posting leaves, each of its fields with evidence.

A field is read by one module, or by a package of which `reading.py` is the way in.
"""
