"""A whole cohort by columns, against one person after the other and against other engines."""
