"""The words of languages, a file each, and how they become expressions.

Names of entries enter; patterns and plain phrases leave.
"""
