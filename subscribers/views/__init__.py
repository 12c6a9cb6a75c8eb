"""The reader's pages. They need no login, no cookie and no script.

`joining` is signing up and confirming, `preferences` the page behind every mail's link, `leaving`
the way out, `sensitive` what asks for a fresh link: address, export, erasure.
"""
