"""Real window, real server, real socket; one file per promise of the design."""
