"""Between the grader and the process that runs a student's code: values, calls, both ends."""
