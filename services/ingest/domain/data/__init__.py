"""Word lists and tables that the normaliser reads; each file says where it is from."""
