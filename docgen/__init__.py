"""The mechanism: a case file goes in, judged and typeset documents come out. It knows no rule and no form by name."""
