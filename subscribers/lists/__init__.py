"""Lists of readers in files: read, planned, imported, written."""
