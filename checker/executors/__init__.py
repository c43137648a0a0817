"""Where a batch runs: executors on the protocol of `concurrent.futures`."""
