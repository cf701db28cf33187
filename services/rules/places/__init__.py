"""Where one may work: places of the world by name and code, towns with what lies between, and what a reach takes in.

Texts, names and a posting's reach enter; codes, towns and whether a place is taken in leave.
"""
