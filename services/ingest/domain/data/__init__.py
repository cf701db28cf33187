"""Word lists and tables that the normaliser reads; each file says where it is from.

Enters: words and numbers kept by hand, or from where a file says. Leaves: what the rules of a field load, on first use.
"""
