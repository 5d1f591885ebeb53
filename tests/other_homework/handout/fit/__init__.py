"""A straight line fitted to points by gradient descent."""
