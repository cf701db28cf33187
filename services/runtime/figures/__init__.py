"""What the store says of the stream: a connection enters; counts leave, and nothing of a person is among them."""
