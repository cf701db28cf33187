"""People in the store: who they are, what they search for and say, and which addresses must not be mailed.

Enters: checked profiles, searches, feedback. Leaves: the same, kept, and erased without a trace.
"""
