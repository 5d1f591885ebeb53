# Generated from the grader's readings: a change here would be overwritten.
"""What a function computes: questions about it, and readings of the answers."""
