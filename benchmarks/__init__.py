"""Figures with their method: each file measures one promise of speed beside the thing it is compared with."""
