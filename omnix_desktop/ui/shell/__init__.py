"""Main window, docks, tray, status bar, palette: places panels and does nothing else."""
