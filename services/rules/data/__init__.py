"""Tables that the rules read, and the scripts that make them of their sources.

Enters: lists of places, towns, skills, roles and rates that others publish or we keep. Leaves: files that rules load.
"""
