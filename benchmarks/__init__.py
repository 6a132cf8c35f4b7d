"""Measurements against other libraries: ``make bench``, in an environment of their own."""
