"""Tables that the rules read: places, towns, skills, roles, rates; and the scripts that make them of their sources."""
