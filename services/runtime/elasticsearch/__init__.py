"""Elasticsearch as this project asks it: settings and requests enter; whole answers, or typed errors, leave."""
