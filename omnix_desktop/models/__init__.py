"""Item models and view state, QtCore and QtGui only; one file per screen."""
