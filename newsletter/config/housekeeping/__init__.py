"""What is done regularly without anybody asking, the same under every engine.

`tasks` is the register: each task's name, how often, how long it may take, and what it calls.
`leases` says in the database who does a task now, when it was done and when it is due, so that any
number of machines do each one once. `running` does what is due, each task in a thread of its own:
one that hangs holds up no other, and when its time is over the process ends and is started again.

The worker keeps such a process beside the sender and the jobs, a Celery worker starts one too, and
where neither may stay resident a system timer calls `sudi housekeeping`.
"""

from .running import once, serve
from .tasks import TASKS, Task

__all__ = ["TASKS", "Task", "once", "serve"]
