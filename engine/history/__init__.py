"""The journal of a case: its entries, its events, the proof of its chain, and its replay."""

from engine.history.chain import Break, verify
from engine.history.entries import Entry, Event, entries, events
from engine.history.replay import Difference, replay

__all__ = ["Break", "Difference", "Entry", "Event", "entries", "events", "replay", "verify"]
