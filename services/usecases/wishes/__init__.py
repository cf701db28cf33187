"""A sentence in which somebody says what they look for: what they want and refuse, and what it names."""
