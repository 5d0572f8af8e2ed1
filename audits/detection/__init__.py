"""How unusual the newest value of a series is against its own past. Pure and streaming: no models, no look ahead.

`watch.Watch` takes one value after another and says how surprised it is. Its state is a few kilobytes, and a watch that
went on from its state is the same as one that never stopped. What it is measured by: docs/adr/0010-alerts.md.
"""
