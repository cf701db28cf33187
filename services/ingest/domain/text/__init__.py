"""Text: the markup of a posting enters; safe markup, clean text in sections, its language and its cues leave."""
