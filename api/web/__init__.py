"""Pages. No rule of the domain lives here: only its words, its figures and its look."""
