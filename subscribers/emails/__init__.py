"""One-off mails: confirmation, reminder, welcome, links, change of address.

personal_links  the addresses only one reader has
letters         what each mail says, as a value
relay           a letter to a message, handed to a relay
"""
