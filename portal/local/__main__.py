"""`python3 -m portal.local VERB`: what the Makefile calls. Readable by old Pythons, so that they can say so."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- the reader may well have one
    sys.stderr.write(
        "Stopped. Python 3.11 or newer is needed, this is {}.{}. "
        "Install it, or name it: make PYTHON=python3.11 ...\n".format(*sys.version_info[:2])
    )
    sys.exit(1)

from portal.local.verbs import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
