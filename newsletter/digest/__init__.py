"""Markdown in, Digest out: a value. One file per shape. No models, no settings."""
