"""Dead letters: records and what went wrong enter; letters, what became of them, and records to replay leave."""
