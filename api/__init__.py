"""GIMark over HTTP: the look-up path, the JSON API, the pages, and the jobs that join domain and labels."""
