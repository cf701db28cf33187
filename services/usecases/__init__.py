"""What can be done with an installation, by whichever door: the command line, the portal, the console.

Enters: an opened installation, frozen values and the time. Leaves: frozen values, and errors typed by what to do.
"""
