"""Reach: the place fields and the text of a posting enter; the countries it may be done from leave, with evidence."""
