"""One-time links that set a forgotten password anew: an administrator makes one and hands it on."""
