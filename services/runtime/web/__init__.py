"""What a process answers over HTTP: an application or probes enter; bounded connections in their threads leave."""
