"""Feeds of a publication, of any choice of its categories, and of one reader's choice.

`contents` decides what stands in a feed, `entries` make an entry of an item or an issue, `formats`
write it as Atom, RSS or JSON, `views` answers for the addresses, `kept` remembers what was built,
`opml` lists the feeds, `websub` tells a hub of a change.

The feed of the whole publication has one entry for each issue: whoever wants everything wants
the digest as it was edited. The feed of a category or a combination has one entry for each
item, since the rest of the issue was not asked for. `items.FORM` has one for each item of the
whole publication: unlike ticking every category it holds those made later, too.
"""
