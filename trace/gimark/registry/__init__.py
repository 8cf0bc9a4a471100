"""GI products and their rights, enterprises, authorizations, trade items, county profiles."""
