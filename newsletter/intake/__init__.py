"""How a digest gets in without a person at the browser: HTTP, MCP, folders and mail.

All ways call one function, `putting.put`, which asks `may()` and then the importing room. What each
way adds stands in a file of its own; README.md says how they fit together.
"""
