"""Every picture says whose it is and under which terms."""

from articles.checks.findings import Finding, Severity

WORST = Severity.WARNING


def check(subject):
    for field, picture in subject.pictures:
        if not picture.credit:
            yield Finding("credit", Severity.WARNING, f"“{picture}” has no credit. Add it to the picture.", field)
        if not picture.licence:
            yield Finding("licence", Severity.WARNING, f"“{picture}” has no licence. Add it to the picture.", field)
