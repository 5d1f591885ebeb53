"""A second, tiny homework, a straight line fitted to points, which the unchanged engine grades, audits and releases."""
