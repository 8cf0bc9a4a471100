"""The routers of the studio."""

from api.web.studio import editing, marks, printers, templates, trials

# What is named before what is by reference.
ROUTERS = (templates.router, editing.router, trials.router, printers.router, marks.router)
