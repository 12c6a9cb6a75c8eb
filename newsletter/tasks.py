"""Jobs of the publishing app. A job is a wake-up: it may run twice or never."""

from __future__ import annotations

from django_tasks import task

from newsletter import sending

# A job must end by itself: a job runner's children are not told of a warm shutdown, and a broker
# gives a job that runs past its visibility timeout to somebody else as well.
SLICE_SECONDS = 20.0


@task(queue_name="sending")
def drain() -> None:
    """Send whatever is due for a while, in this process's own sender where it has one."""
    sending.drain_here(SLICE_SECONDS)
    wake()


def wake() -> None:
    """Ask for another `drain` if there is work; the sweeper would do so a little later."""
    if sending.work_is_due():
        drain.enqueue()
