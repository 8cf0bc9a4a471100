"""Pages for everybody: verdicts, typed look-ups, products, batches, errors. No cookie, no script."""
