"""What an installation stands on.

Enters: settings. Leaves: a `Finding` for each thing that was looked at, with how to mend it.
"""
