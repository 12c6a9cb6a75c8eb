"""The keys are this database's, strong enough, and readable."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from newsletter import conf
from newsletter.message.dkim import BadKey, Signers
from subscribers.addresses import keys_of
from subscribers.models import Subscriber

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "keys", 60

# Characters of a key, and different ones among them.
_LEAST, _FEWEST = 32, 8
# Readers looked at: a rotation under way leaves some with an older key, none with a foreign one.
_SAMPLE = 20


def look(site: Surroundings) -> Iterator[Finding]:
    """SECRET_KEY and LINK_KEYS by their form, LINK_KEYS by readers, DKIM_KEYS by their files."""
    yield from offline()
    newest = Subscriber.objects.filter(erased_at__isnull=True, key__isnull=False)
    sample = list(newest.order_by("-id").values_list("address", "key")[:_SAMPLE])
    foreign = [address for address, key in sample if key not in keys_of(address)]
    if foreign:
        yield bad(
            _("LINK_KEYS are not those that this database's readers were entered with"
              " (%(number)s of"
              " %(sample)s looked at).", number=len(foreign), sample=len(sample)),
            _("Stop web and worker. Put back the LINK_KEYS of the machine or backup that the"
              " database"
              " came from (its environment, or DATA_DIR/secrets/LINK_KEYS)."),
        )  # fmt: skip
    elif sample:
        yield good(_("LINK_KEYS are those of this database's readers."))
    else:
        yield unseen(_("There is no reader yet by whom LINK_KEYS could be told."))


def offline() -> Iterator[Finding]:
    """What can be known from the settings and files alone."""
    secret_key = settings.SECRET_KEY
    simple = len(secret_key) < _LEAST or len(set(secret_key)) < _FEWEST
    if simple or secret_key.startswith("django-insecure"):
        yield bad(
            _("SECRET_KEY is short, repeats a few characters, or is the one of an example."),
            _("Make one: openssl rand -base64 48. Everybody has to sign in again."),
        )
    weak = [v for v, secret in conf.link_keys().items() if len(set(secret)) < _FEWEST]
    if weak:
        yield bad(
            _("LINK_KEYS: the secret of version %(version)s repeats a few characters.",
              version=weak[0]),
            _("Add a version and keep this one: %(next)s:SECRET, made by openssl rand -hex 32",
              next=max(conf.link_keys()) + 1),
        )  # fmt: skip
    try:
        Signers.from_setting(conf.dkim_keys())
    except BadKey as error:
        yield bad(
            _("A DKIM key cannot be used, and so nothing is sent: %(said)s", said=error),
            _(
                "Mend DKIM_KEYS, or make a key: openssl genrsa -out news.pem 2048; chmod 600"
                " news.pem"
            ),
        )
    except ImportError:
        yield bad(
            _("DKIM_KEYS is set and the package that signs is not installed."),
            _("Install it: pip install 'sudi[dkim]', or let the relay sign and unset DKIM_KEYS."),
        )
