#!/bin/sh
# Installs Sudi from its wheel into a folder of its own; the image runs this, and so may you.
#   sh install.sh /opt/sudi sudi-VERSION-py3-none-any.whl [postgres,dkim]
set -eu
target=$1 wheel=$2 extras=${3:-postgres,dkim}
python3 -m venv "$target"
"$target/bin/pip" install --no-cache-dir --disable-pip-version-check "$wheel[$extras]"
# Compiled once here: the folder is read-only when it runs.
"$target/bin/python" -m compileall -q "$target/lib" || true
"$target/bin/python" -c "import newsletter.config, subscribers"
