"""For authors: releases exercises from solutions, and lints the course."""
