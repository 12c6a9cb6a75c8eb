"""The host's accounts: keys are UUIDs, people log in by their mail address."""
