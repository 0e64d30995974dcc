"""Telling other systems what happened to cases: who is told, of what, and how it is sent.

Every command leaves a row in the outbox with its own commit where anybody subscribes; that row becomes one delivery
a subscription and event (`events`), and deliveries are sent until they are taken (`sending`). So an event is sent at
least once; `Chengban-Event-Id` is the same every time.
"""
