"""What the job is.

Enters: a title and the text that says what the role does. Leaves: the roles of the taxonomy that it is, with evidence.
"""
