"""GIMark's domain: registry, batches, signed codes, the public ledger. Imports no web framework and no label code."""
