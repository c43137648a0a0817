"""The exams of the chapter on SparkTrials parallelism, one a file, and what they share."""
