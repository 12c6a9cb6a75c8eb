"""The worker: what leases, authorises, sends and records. `newsletter.sending` steers it."""
