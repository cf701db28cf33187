"""Skills: the text and the tags of a posting enter; canonical skills leave, each core or not, with evidence."""
