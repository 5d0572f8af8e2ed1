"""Three years of audits, reports, reminders and lapses, told in minutes and held against a naive model.

`world` has the partners, `lives` what people do, `house` the processes that do the rest and that are killed, `model`
what must have happened on which day, and `told` what did, as the record has it.
"""
