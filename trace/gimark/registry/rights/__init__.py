"""GI products, the rights over their names, and the towns those rights cover."""
