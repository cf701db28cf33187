"""Whether services do their work: a runner's state and errors enter; heartbeats, and reasons in sentences, leave."""
