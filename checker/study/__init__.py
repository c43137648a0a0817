"""What the checker remembers of a learner's way: progress and hints."""
