"""Runs a service on Kafka, under Faust: fetched records come in; what is produced of them, and offsets, go out."""
