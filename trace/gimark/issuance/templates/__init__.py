"""Label templates that an enterprise or the installation keeps beside those that come with the program."""
