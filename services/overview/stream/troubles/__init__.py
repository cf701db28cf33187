"""What is not well with the stream, by subject; `every` puts them together, the worst first."""
