"""Trade items: what an enterprise sells under one GTIN."""
