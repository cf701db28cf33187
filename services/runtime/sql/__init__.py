"""The SQL store, and what rests on it alone: settings enter; engines, transactions and leases leave."""
