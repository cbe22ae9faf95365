"""How rules are expressed and evaluated; no rule is in here.

    pack (YAML) → parser → expression → typecheck → program (closures) and durable (engine) → judge → CheckReport

A rule reads flat records of facts (`aspect`, described by `schema`); `guards` say which findings stand before which
form, `explain` shows what a rule saw, `watch` takes changed files without a restart.
"""
