"""Languages that people speak: codes, names and levels.

What somebody wrote or a posting needs enters; codes, and whether they suffice, leave.
"""
