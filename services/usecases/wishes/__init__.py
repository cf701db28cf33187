"""A sentence in which somebody says what they look for: what they want and refuse, which work, and in which form."""
