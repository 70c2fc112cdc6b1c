#!/usr/bin/env python3
"""Runs Tiebreak's management commands; `python manage.py help` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from annotate import embedded

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotate.settings")
    with embedded.for_command(sys.argv[1] if len(sys.argv) > 1 else None):
        execute_from_command_line(sys.argv)
