"""apply(Batch): entities, membership and cursors in one transaction, with a version guard."""
