"""The questions about the server itself: one .sql file each."""
