"""One small renderer per form of report; each takes the same result."""
