#!/bin/sh
# Makes .venv with the first Python that is new enough. PYTHON=/path/to/python3.12 chooses one.
set -eu

for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$python" ] || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        chosen=$python
        break
    fi
done

if [ -z "${chosen:-}" ]; then
    echo "Tiebreak needs Python 3.11 or newer; found $(python3 --version 2>/dev/null || echo none)." >&2
    echo "Install one, or name it: PYTHON=/path/to/python3.12 make run" >&2
    exit 1
fi
if ! "$chosen" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$chosen" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$("$chosen" --version) comes without its venv module, which Debian and Ubuntu pack apart." >&2
    echo "Install it, then try again: apt-get install python$version-venv" >&2
    exit 1
fi

echo "── virtual environment: .venv ($("$chosen" --version))"
"$chosen" -m venv --clear .venv
