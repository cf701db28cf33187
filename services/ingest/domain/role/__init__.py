"""What the job is.

Enters: a title and the text that says what the role does. Leaves: one or two roles of the taxonomy, with evidence.
"""
