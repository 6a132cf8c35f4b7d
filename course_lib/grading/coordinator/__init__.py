"""A whole class: workers, records, the gradebook, feedback pages and the table of grades."""
