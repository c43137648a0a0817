"""The exams of the chapter on search strategies, one a file, and what they share."""
