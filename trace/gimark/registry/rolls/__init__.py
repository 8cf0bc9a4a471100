"""The registers as the desks list them: rows with the names people know, filtered, in either order, by key."""
