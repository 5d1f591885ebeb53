"""A second, tiny homework, which the engine grades, audits and releases as it is: a straight line fitted to points."""
