"""What all desks share: who sits there, their pages and forms, and the list of their routes."""
