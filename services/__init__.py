"""The services, the rules that they share, and the runtime that drives them."""
