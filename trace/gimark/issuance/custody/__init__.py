"""What became of printed labels: who fetched the files, what was printed, scrapped and returned, what is missing."""
