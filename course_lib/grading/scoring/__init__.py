"""One submission: from the bytes handed in to a record. Pure; nothing is written here."""
