"""The life of a draft: its revisions, and what is checked before it may go out."""
