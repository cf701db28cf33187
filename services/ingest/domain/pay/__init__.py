"""Pay: the bands and the text of a posting enter; one salary leaves, for its period and by the year, with evidence."""
