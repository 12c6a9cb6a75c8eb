"""How long things may take. Safety never depends on these, only how much is in doubt, and when."""

# A chunk whose turn counter stood still for so long, by the clock of who watches, may be taken
# back. Longer than SQLite's busy timeout has to be: a locked database is not a dead worker.
LEASE = 60.0
# The holder itself writes no more content when its last turn began so long ago.
LEASE_LOOK = 45.0
# Every open chunk has a turn at least so often.
HEARTBEAT = 5.0
SWEEP = 5.0
# A turn is made at so many outcomes, or so long after the first one, in seconds. It costs about
# 1 ms of CPU however few they are, and authorising never waits for it: a window with so much room
# is reason enough. With 20 ms a relay of 1,000 a second got turns of 20 and twice the bookkeeping.
GROUP = 96
GROUP_WAIT = 0.1
ROOM = 0.75
# Seconds the connections wait for the database before they go on without it.
STAND_STILL = 0.002
# Deliveries that may be on the wire, for all chunks of a worker together.
WINDOW = 128
# An authorised reader whose mail was not begun is asked about again after so long.
STALE = 0.6
# Deliveries at hand below which another chunk is leased, and the most chunks held.
AT_HAND = 256
MOST_CHUNKS = 12
# A database that went away is tried again after this, doubling up to the second.
DATABASE_RETRY = (0.1, 2.0)
FOLD_DAYS = 60
