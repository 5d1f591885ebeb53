"""Grading in Gradescope: what release/gradescope/run_autograder starts in its container."""
