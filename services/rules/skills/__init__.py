"""The taxonomy of skills, and how a text names them.

Texts enter; canonical names, with how they are meant, leave.
"""
