"""The learner's side of the boundary: the kernel that runs a notebook, and what answers the grader in it."""
