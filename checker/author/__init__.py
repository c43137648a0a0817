"""For authors of exercises."""
