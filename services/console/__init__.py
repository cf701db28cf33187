"""The door for operators: requests enter, use cases are called, pages leave. In English alone."""
