"""Texts that could keep a process busy come in; what a process of its own made of them within its limits goes out."""
