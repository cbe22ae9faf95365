"""Electronic signatures: keys and certificates, time stamps, seals, PAdES B-LTA on PDF/A, and their verification.

Only this package imports pyHanko and cryptography. Who may sign, in what order, is not decided here.
"""

import logging

# What pyHanko warns of is part of our verdicts and errors; on its own it would go to stderr of every program.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())
