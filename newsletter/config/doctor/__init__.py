"""The doctor: is this site well, and if not, what is to be done?

Each file of `checks/` is one check: `NAME`, `PLACE` (where it stands in the list), `look(site)`,
which gives findings, and perhaps `offline()`: what can be known from settings and files alone,
which `check --deploy` says too; `begin(site)`: what it asks of other machines, asked before any
check looks; `READS = False` if it needs no database. A finding is true, false, or None for what
cannot be seen from here; then its remedy says what to run elsewhere. A check never says that
something is well which it did not see.

`surroundings` is what they look at, `asked` how long others may take to answer; `dns`, `spf`,
`tags` and `web` know the standards; `running` puts everything together and keeps the results.
"""

from .dns import Dns
from .findings import Finding, Result
from .running import examine, registry, shown, store
from .surroundings import Surroundings

__all__ = ["Dns", "Finding", "Result", "Surroundings", "examine", "registry", "shown", "store"]
