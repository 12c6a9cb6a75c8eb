"""The checks, a file each; `newsletter/config/doctor/__init__.py` says what a file must have."""
