"""Every statement of the engine, by name. Parameters are named after the columns they fill; `of_` marks the
key of the row that an UPDATE or DELETE means, `now` and `until` are moments as text.
"""

from engine.store.queries.clocks import *
from engine.store.queries.commands import *
from engine.store.queries.deployments import *
from engine.store.queries.due import *
from engine.store.queries.items import *
from engine.store.queries.journal import *
from engine.store.queries.waiting import *
