"""Where a student's code runs: a confined process of its own, and what it may reach."""
