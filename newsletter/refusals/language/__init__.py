"""What servers say, a file for each language; found by `meaning`, listed nowhere.

Each file holds phrases (`phrases.py` tells their form) under the names of the meanings in
`meaning.py`. A language says only what its servers are known to say: it need not have them all.
"""
