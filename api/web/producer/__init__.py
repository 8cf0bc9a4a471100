"""The producer's desk: what there is to do, batches, orders for codes, labels in hand, the enterprise itself."""
