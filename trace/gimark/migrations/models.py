"""Every room's models, imported so that the metadata is whole."""

import gimark.accounts.access.model
import gimark.accounts.answers.model
import gimark.accounts.attempts.model
import gimark.accounts.factors.model
import gimark.accounts.links.model
import gimark.accounts.lockout.model
import gimark.accounts.model
import gimark.accounts.sessions.model
import gimark.approvals.model
import gimark.exchange.exports.model
import gimark.exchange.uploads.model
import gimark.issuance.custody.model
import gimark.issuance.keys.model
import gimark.issuance.marks.model
import gimark.issuance.model
import gimark.issuance.printers.model
import gimark.issuance.templates.model
import gimark.jobs.model
import gimark.ledger.model
import gimark.production.model
import gimark.registry.authorizations.model
import gimark.registry.county.model
import gimark.registry.enterprises.model
import gimark.registry.items.model
import gimark.registry.notices.model
import gimark.registry.rights.model
import gimark.scans.model
import gimark.scans.statistics.model  # noqa: F401
from gimark.store.base import Base

metadata = Base.metadata
