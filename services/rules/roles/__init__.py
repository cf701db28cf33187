"""The taxonomy of roles, the words that call them, and which of them skills go with.

Titles, words and skills enter; roles leave.
"""
