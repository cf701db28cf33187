"""Workplace: the title, the text and the fields of a posting enter; remote, hybrid or on-site leaves, with evidence."""
