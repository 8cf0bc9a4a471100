"""How often codes were checked: per run, month and province, kept up as checks come in (see actions.py)."""
