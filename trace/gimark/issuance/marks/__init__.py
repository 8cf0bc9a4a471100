"""The licensed special mark of an enterprise: which file, whose hands, since when. Its bytes are in `files`."""
