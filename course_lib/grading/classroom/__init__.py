"""Around the grading: rosters, downloads, handing in, platforms, extensions, regrading."""
