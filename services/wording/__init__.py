"""What is said to people, in their language, of what the rules found.

Typed facts, amounts and places enter; clauses in the words of a gettext catalogue leave.
"""
