"""Mutation testing of the solution: every small mistake in it must cost points. ``python -m tests.mutation``."""
