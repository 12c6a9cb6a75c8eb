#!/usr/bin/env python3
"""Sudi's command line: `python manage.py help` lists the commands, the README explains them."""

from newsletter.config.__main__ import main

if __name__ == "__main__":
    main()
