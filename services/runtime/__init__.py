"""Runtime: the log, the store, the runners and what they share. No rules about jobs.

Enters: services as three functions. Leaves: records, durable; dead letters; health. What several rooms share stands
beside them.
"""
