"""The exams of the chapter on the Optuna API, one a file, and what they share."""
