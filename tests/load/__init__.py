"""A bureau's working day at the desk, served as in production: `python -m tests.load`."""
