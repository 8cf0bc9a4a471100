"""Web sessions: who sits at which browser, from signing in until signing out, being revoked, or time running out."""
