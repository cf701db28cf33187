"""What Grafana shows. Enters: the metrics that there are. Leaves: a dashboard a file, in `made/`."""
