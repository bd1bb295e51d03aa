"""Checking a pack: everything that is wrong with it at once, and everything that deserves a look.

    from psoas_rules.checking import check

    report = check("my-rules")
    for finding in report.findings:
        print(finding)

`check_pack` says why a pack cannot be loaded. `check` says that, too, and goes on: rules that can never fire, pairs
that do not come out, slots that a condition empties, sources that nothing names, texts that are hard to read. What
only `check` tells never keeps a pack from being used.
"""

from psoas_rules.checking.catalogue import CATALOGUE, Kind, Severity
from psoas_rules.checking.checks import check
from psoas_rules.checking.examination import Examination
from psoas_rules.checking.findings import Finding, Fix, Report
from psoas_rules.checking.fixing import Mended, mend
from psoas_rules.checking.kinds import SCHEMA_FOLDER, file_schemas
from psoas_rules.checking.sarif import sarif
from psoas_rules.checking.schema_files import write_schemas

__all__ = [
    "CATALOGUE",
    "SCHEMA_FOLDER",
    "Examination",
    "Finding",
    "Fix",
    "Kind",
    "Mended",
    "Report",
    "Severity",
    "check",
    "file_schemas",
    "mend",
    "sarif",
    "write_schemas",
]
