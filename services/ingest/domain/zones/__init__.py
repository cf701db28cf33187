"""Time zones: the title, the text and the field of a posting enter; the offsets it asks for leave, with evidence."""
