"""Providers over HTTP in their documented wire format, with faults on demand; make run uses them too."""
