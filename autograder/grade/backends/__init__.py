"""Where a suite runs: over a submission in the sandbox, or over trusted source in this process."""
